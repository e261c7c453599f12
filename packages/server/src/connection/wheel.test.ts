import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../manual-clock.js";
import { Wheel } from "./wheel.js";

describe("Wheel", () => {
  it("fires each deadline once, never early and at most a tick late, also beyond one round", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50 }), (delays) => {
        const clock = new ManualClock();
        const wheel = new Wheel(clock, { resolution: 100, slots: 8 });
        const fired: { delay: number; at: number }[] = [];
        for (const delay of delays) wheel.schedule(delay, () => fired.push({ delay, at: clock.now() }));
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
    const due = wheel.schedule(1_000, () => {});
    const other = wheel.schedule(500, () => {});
    expect(clock.timers).toBe(1);
    wheel.cancel(due);
    wheel.cancel(due);
    expect(clock.timers).toBe(1);
    wheel.cancel(other);
    expect(clock.timers).toBe(0);
    wheel.schedule(250, () => {});
    clock.advance(1_000);
    expect(clock.timers).toBe(0);
  });

  it("lets a deadline cancel another of the same tick, and schedule anew", () => {
    const clock = new ManualClock();
    const wheel = new Wheel(clock);
    const fired: string[] = [];
    wheel.schedule(250, () => {
      fired.push("first");
      wheel.cancel(second);
      wheel.schedule(250, () => fired.push("again"));
    });
    const second = wheel.schedule(250, () => fired.push("second"));
    clock.advance(1_000);
    expect(fired).toEqual(["first", "again"]);
  });
});
