import { expect, test } from "vitest";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { createLiveness } from "./liveness.js";

function setUp() {
  const clock = createManualClock();
  const deaths: string[] = [];
  const liveness = createLiveness(clock, 1_000, ({ code }) => deaths.push(code));
  return { clock, deaths, liveness };
}

test("bytes set no timer: the existing timer compares their arrival times", () => {
  const { clock, deaths, liveness } = setUp();
  liveness.opened(100);
  for (let i = 0; i < 10; i++) {
    clock.advance(100);
    liveness.touch();
    expect(clock.pending).toHaveLength(1);
  }
  clock.advance(249);
  expect(deaths).toEqual([]);
  clock.advance(1);
  expect(deaths).toEqual(["timeout"]);
});

test("bytes before $open don't prolong the connect timeout", () => {
  const { clock, deaths, liveness } = setUp();
  clock.advance(999);
  liveness.touch();
  clock.advance(1);
  expect(deaths).toEqual(["timeout"]);
});

test("silence does not count while the reader pauses the stream", () => {
  const { clock, deaths, liveness } = setUp();
  liveness.opened(100);
  liveness.hold(true);
  clock.advance(10_000);
  liveness.hold(false);
  clock.advance(249);
  expect(deaths).toEqual([]);
  clock.advance(250);
  expect(deaths).toEqual(["timeout"]);
});

test("a heartbeat of 0 disables the check", () => {
  const { clock, deaths, liveness } = setUp();
  liveness.opened(0);
  liveness.check();
  clock.advance(100_000);
  expect(deaths).toEqual([]);
  expect(clock.pending).toEqual([]);
});

test("checks at once on request, for example after a sleep", () => {
  const { clock, deaths, liveness } = setUp();
  liveness.opened(100);
  let now = clock.now();
  const asleep = createLiveness({ ...clock, now: () => now }, 1_000, ({ code }) => deaths.push(code));
  asleep.opened(100);
  now += 60_000;
  asleep.check();
  expect(deaths).toEqual(["timeout"]);
});

test("stopped it leaves no timer", () => {
  const { clock, liveness } = setUp();
  liveness.opened(100);
  liveness.stop();
  liveness.check();
  expect(clock.pending).toEqual([]);
});

test.each([-365, 365])(
  "a clock that is set by %d days hides no silence, and is none to a stream that a cut would end",
  (days) => {
    const { clock, deaths, liveness } = setUp();
    liveness.opened(100, false);
    clock.jump(days * 86_400_000);
    liveness.check();
    clock.advance(249);
    expect(deaths).toEqual([]);
    clock.advance(1);
    expect(deaths).toEqual(["timeout"]);
  },
);

test("a clock that is set back makes no difference, also for a resumable stream", () => {
  const { clock, deaths, liveness } = setUp();
  liveness.opened(100);
  clock.jump(-3_600_000);
  clock.advance(249);
  expect(deaths).toEqual([]);
  clock.advance(1);
  expect(deaths).toEqual(["timeout"]);
});

test("bytes after a sleep show that the connection outlived it", () => {
  const { clock, deaths, liveness } = setUp();
  liveness.opened(100);
  clock.jump(3_600_000);
  liveness.touch();
  liveness.check();
  expect(deaths).toEqual([]);
});

test("the connect timeout does not depend on a clock that can be set", () => {
  const { clock, deaths, liveness } = setUp();
  clock.jump(3_600_000);
  liveness.check();
  expect(deaths).toEqual([]);
  clock.jump(-7_200_000);
  clock.advance(1_000);
  expect(deaths).toEqual(["timeout"]);
});
