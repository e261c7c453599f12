import { describe, expect, it } from "vitest";
import { Lifetime } from "./lifetime.js";
import { ManualClock } from "./manual-clock.test-kit.js";
import { TimerWheel } from "./timer-wheel.js";
import { within } from "./within.js";

function setUp() {
  const clock = new ManualClock();
  const lifetime = new Lifetime();
  const bounds = { wheel: new TimerWheel(clock), timeout: 1_000, lifetime, late: () => new Error("late") };
  return { clock, lifetime, bounds };
}
const never = new Promise<never>(() => {});

describe("a promise with a deadline", () => {
  it("settles as it would without one, and leaves no timer", async () => {
    const { clock, bounds } = setUp();
    expect(await within(Promise.resolve(1), bounds)).toBe(1);
    await expect(within(Promise.reject(new Error("its own")), bounds)).rejects.toThrow("its own");
    expect(clock.timers).toBe(0);
  });

  it("rejects when it is due, whatever the promise does later", async () => {
    const { clock, lifetime, bounds } = setUp();
    let fail = (_: Error) => {};
    const given = within(new Promise((_, reject) => (fail = reject)), bounds);
    clock.advance(1_000);
    await expect(given).rejects.toThrow("late");
    fail(new Error("later still"));
    lifetime.end();
    expect(clock.timers).toBe(0);
  });

  it("resolves when the lifetime ends, and not before", async () => {
    const { clock, lifetime, bounds } = setUp();
    const given = within(never, bounds);
    clock.advance(750);
    expect(clock.timers).toBe(1);
    lifetime.end();
    expect([await given, clock.timers]).toEqual([undefined, 0]);
    expect(await within(never, bounds)).toBe(undefined);
    expect(clock.timers).toBe(0);
  });
});
