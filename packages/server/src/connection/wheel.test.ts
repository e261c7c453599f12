import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../clock.js";
import { ManualClock } from "../manual-clock.js";
import { Wheel } from "./wheel.js";

const due = (fire: () => void = () => {}) => ({ tick: 0, fire });

describe("Wheel", () => {
  it("fires each deadline once, never early and at most a tick late, also beyond one round", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50 }), (delays) => {
        const clock = new ManualClock();
        const wheel = new Wheel(clock, { resolution: 100, slots: 8 });
        const fired: { delay: number; at: number }[] = [];
        for (const delay of delays)
          wheel.schedule(
            due(() => fired.push({ delay, at: clock.now() })),
            delay,
          );
        clock.advance(6_000);
        expect(fired).toHaveLength(delays.length);
        for (const { delay, at } of fired) {
          expect(at).toBeGreaterThanOrEqual(delay);
          expect(at).toBeLessThan(delay + 100);
        }
      }),
    );
  });

  it("keeps no timer while nothing is due", () => {
    const clock = new ManualClock();
    const wheel = new Wheel(clock);
    expect(clock.timers).toBe(0);
    const one = due();
    const other = due();
    wheel.schedule(one, 1_000);
    wheel.schedule(other, 500);
    expect(clock.timers).toBe(1);
    wheel.cancel(one);
    wheel.cancel(one);
    expect(clock.timers).toBe(1);
    wheel.cancel(other);
    expect(clock.timers).toBe(0);
    wheel.schedule(due(), 250);
    clock.advance(1_000);
    expect(clock.timers).toBe(0);
  });

  it("lets a deadline cancel another of the same tick, and schedule anew", () => {
    const clock = new ManualClock();
    const wheel = new Wheel(clock);
    const fired: string[] = [];
    const second = due(() => fired.push("second"));
    const first = due(() => {
      fired.push("first");
      wheel.cancel(second);
      wheel.schedule(
        due(() => fired.push("again")),
        250,
      );
    });
    wheel.schedule(due(), 10_000); // the wheel turns already, so both get the same tick
    wheel.schedule(first, 250);
    wheel.schedule(second, 250);
    clock.advance(1_500);
    expect(fired).toEqual(["first", "again"]);
  });

  it("goes on, and is not early, when the clock is put back", () => {
    const manual = new ManualClock();
    let back = 0;
    const clock: Clock = { ...manual, now: () => manual.now() - back };
    const wheel = new Wheel(clock);
    const fired: [string, number][] = [];
    const note = (name: string) => due(() => fired.push([name, manual.now()]));
    wheel.schedule(note("before"), 3_000);
    manual.advance(1_000);
    back = 3_600_000;
    wheel.schedule(note("after"), 1_000);
    manual.advance(3_000);
    expect(fired).toEqual([
      ["after", 2_000],
      ["before", 3_000],
    ]);
  });

  it("doesn't count the part of a tick that is over", () => {
    const clock = new ManualClock();
    const wheel = new Wheel(clock);
    let at = 0;
    wheel.schedule(due(), 10_000);
    clock.advance(240);
    wheel.schedule(
      due(() => (at = clock.now())),
      250,
    );
    clock.advance(1_000);
    expect(at).toBeGreaterThanOrEqual(490);
  });
});
