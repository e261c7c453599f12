import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "./clock.js";
import { ManualClock } from "./manual-clock.test-kit.js";
import { TimerWheel } from "./timer-wheel.js";

const day = 86_400_000;

const due = (fire: () => void = () => {}) => ({ tick: 0, fire });

describe("TimerWheel", () => {
  it("fires each deadline once, never early and at most a tick late, also beyond one round", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 1, maxLength: 50 }), (delays) => {
        const clock = new ManualClock();
        const wheel = new TimerWheel(clock, { resolution: 100, slots: 8 });
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
    const wheel = new TimerWheel(clock);
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

  it("lets a deadline cancel another of the same tick, and schedule again", () => {
    const clock = new ManualClock();
    const wheel = new TimerWheel(clock);
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
    wheel.schedule(due(), 10_000); // the wheel is already running, so both get the same tick
    wheel.schedule(first, 250);
    wheel.schedule(second, 250);
    clock.advance(1_500);
    expect(fired).toEqual(["first", "again"]);
  });

  it.each([-365, 365])("goes on, neither early nor late, when the machine's clock jumps by %d days", (days) => {
    const clock = new ManualClock();
    const wheel = new TimerWheel(clock);
    const fired: [string, number][] = [];
    const note = (name: string) => due(() => fired.push([name, clock.monotonic()]));
    wheel.schedule(note("before"), 3_000);
    clock.advance(1_000);
    clock.jump(days * day);
    wheel.schedule(note("after"), 1_000);
    clock.advance(3_000);
    expect(fired).toEqual([
      ["after", 2_000],
      ["before", 3_000],
    ]);
  });

  it("goes on, and is not early, when a clock without a monotonic reading goes back", () => {
    const manual = new ManualClock();
    let back = 0;
    const { setInterval, clearInterval } = manual;
    const clock: Clock = { setInterval, clearInterval, now: () => manual.now() - back };
    const wheel = new TimerWheel(clock);
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

  it("handles a year of sleep as fast as a minute, and fires all due deadlines in order", () => {
    const manual = new ManualClock();
    let slept = 0;
    let looks = 0;
    const monotonic = () => {
      looks++;
      return manual.monotonic() + slept;
    };
    const { now, setInterval, clearInterval } = manual;
    const wheel = new TimerWheel({ now, monotonic, setInterval, clearInterval });
    const fired: string[] = [];
    wheel.schedule(
      due(() => fired.push("later")),
      600_000,
    );
    wheel.schedule(
      due(() => {
        fired.push("soon");
        wheel.schedule(
          due(() => fired.push("again")),
          1_000,
        );
      }),
      1_000,
    );
    wheel.schedule(
      due(() => fired.push("next year")),
      2 * 365 * day,
    );
    looks = 0;
    slept = 365 * day;
    manual.advance(250);
    expect(fired).toEqual(["soon", "later"]);
    expect(looks).toBeLessThan(20);
    manual.advance(1_000);
    expect(fired).toEqual(["soon", "later", "again"]);
  });

  it("fires a wall-clock deadline by the machine's clock, even if that is set", () => {
    const clock = new ManualClock();
    const wheel = new TimerWheel(clock, { slots: 8 });
    const fired: [string, number][] = [];
    const scheduleAt = (name: string, at: number) => {
      const deadline = { at, tick: 0, fire: () => fired.push([name, clock.now()]) };
      wheel.scheduleAt(deadline);
      return deadline;
    };
    scheduleAt("first", 10_000);
    scheduleAt("second", 3_600_000);
    const cancelled = scheduleAt("cancelled", 3_600_000);
    clock.advance(9_000);
    clock.jump(-5_000);
    clock.advance(5_000);
    expect(fired).toEqual([]);
    clock.advance(1_000);
    expect(fired).toEqual([["first", 10_000]]);
    clock.jump(3_600_000);
    wheel.cancel(cancelled);
    clock.advance(250);
    expect(fired).toEqual([
      ["first", 10_000],
      ["second", 3_610_250],
    ]);
    expect(clock.timers).toBe(0);
  });

  it("does not count the part of a tick that has passed", () => {
    const clock = new ManualClock();
    const wheel = new TimerWheel(clock);
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
