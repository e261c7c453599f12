import { expect, it } from "vitest";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel, wheelResolution } from "../time/timer-wheel.js";
import { graceEnd, lifeEnd, until } from "./stream-life.js";

const hour = 60 * 60_000;

function setUp() {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  // A wheel without deadlines stands still.
  const keepAwake = { tick: 0, fire: () => wheel.schedule(keepAwake, wheelResolution) };
  wheel.schedule(keepAwake, wheelResolution);
  return { clock, wheel };
}

it("ends after its time, less up to a fifth, and then after the grace period of its client", () => {
  const { clock, wheel } = setUp();
  const end = lifeEnd(wheel, hour);
  expect(until(wheel, end, 1_000)).toBe(1_000);
  clock.advance(0.8 * hour - 1_000);
  expect(end).toBeGreaterThan(wheel.now);
  expect(until(wheel, end, hour)).toBeLessThanOrEqual(0.2 * hour + 1_250);
  clock.advance(0.2 * hour + 1_250);
  expect(end).toBeLessThanOrEqual(wheel.now);
  const cut = graceEnd(wheel);
  expect(until(wheel, cut, hour)).toBe(5_000);
  clock.advance(5_000);
  expect(cut).toBe(wheel.now);
});

it("does not end all streams that were opened together at the same time", () => {
  const { wheel } = setUp();
  const ends = new Set(Array.from({ length: 20 }, () => lifeEnd(wheel, hour)));
  expect(ends.size).toBeGreaterThan(10);
});

it("has no limit where none is set", () => {
  const { clock, wheel } = setUp();
  const end = lifeEnd(wheel, Number.POSITIVE_INFINITY);
  clock.advance(30 * hour);
  expect(until(wheel, end, 7)).toBe(7);
});
