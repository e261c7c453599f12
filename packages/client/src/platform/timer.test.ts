import { expect, it } from "vitest";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { createTimer } from "./timer.js";

function setUp(during: { setTimeout?: () => void; clearTimeout?: () => void } = {}) {
  const clock = createManualClock();
  const fired: string[] = [];
  const timer = createTimer({
    ...clock,
    setTimeout(run, ms) {
      const id = clock.setTimeout(run, ms);
      during.setTimeout?.();
      return id;
    },
    clearTimeout(id) {
      clock.clearTimeout(id);
      during.clearTimeout?.();
    },
  });
  return { clock, timer, fired, set: (name: string, ms: number) => timer.set(() => fired.push(name), ms) };
}

it("fires once, and a new time replaces the old one", () => {
  const { clock, timer, fired, set } = setUp();
  set("first", 10);
  set("second", 20);
  expect(clock.pending).toEqual([20]);
  clock.advance(100);
  expect([fired, timer.isSet]).toEqual([["second"], false]);
  set("third", 5);
  timer.clear();
  expect([clock.pending, timer.isSet]).toEqual([[], false]);
});

it("leaves nothing behind when it is cleared, or set anew, by the clock that it calls", () => {
  let act = () => {};
  const { clock, timer, fired, set } = setUp({ setTimeout: () => act() });
  act = () => timer.clear();
  set("never", 10);
  expect(clock.pending).toEqual([]);
  act = () => {
    act = () => {};
    set("inner", 7);
  };
  set("outer", 10);
  clock.advance(100);
  expect(fired).toEqual(["inner"]);
});

it("may be set by the clock that clears it", () => {
  let act = () => {};
  const { clock, timer, fired, set } = setUp({ clearTimeout: () => act() });
  set("first", 10);
  act = () => {
    act = () => {};
    set("second", 20);
  };
  timer.clear();
  clock.advance(100);
  expect([fired, clock.pending]).toEqual([["second"], []]);
});
