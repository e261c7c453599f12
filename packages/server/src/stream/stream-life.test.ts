import { expect, it } from "vitest";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel, wheelResolution } from "../time/timer-wheel.js";
import { StreamLife } from "./stream-life.js";

const hour = 60 * 60_000;

function setUp(ms: number) {
  const clock = new ManualClock();
  const wheel = new TimerWheel(clock);
  // A wheel without deadlines stands still.
  const keepAwake = { tick: 0, fire: () => wheel.schedule(keepAwake, wheelResolution) };
  wheel.schedule(keepAwake, wheelResolution);
  return { clock, life: new StreamLife(wheel, ms) };
}

it("is over after its time, less up to a fifth, and then after the grace period of its client", () => {
  const { clock, life } = setUp(hour);
  expect(life.within(1_000)).toBe(1_000);
  clock.advance(0.8 * hour - 1_000);
  expect(life.isOver).toBe(false);
  expect(life.within(hour)).toBeLessThanOrEqual(0.2 * hour + 1_250);
  clock.advance(0.2 * hour + 1_250);
  expect(life.isOver).toBe(true);
  expect(life.next()).toBe("reopen");
  expect(life.isOver).toBe(false);
  expect(life.within(hour)).toBe(5_000);
  clock.advance(5_000);
  expect([life.isOver, life.next()]).toEqual([true, "cut"]);
});

it("does not end all streams that were opened together at the same time", () => {
  const ends = new Set(Array.from({ length: 20 }, () => setUp(hour).life.within(hour)));
  expect(ends.size).toBeGreaterThan(10);
});

it("has no limit where none is set", () => {
  const { clock, life } = setUp(Number.POSITIVE_INFINITY);
  clock.advance(30 * hour);
  expect([life.isOver, life.within(7)]).toEqual([false, 7]);
});
