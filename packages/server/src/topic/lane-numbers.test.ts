import { expect, it } from "vitest";
import { LaneNumbers } from "./lane-numbers.js";

it("gives each topic an even number of its own, and short ones again", () => {
  const numbers = new LaneNumbers();
  expect([numbers.take(), numbers.take(), numbers.take()]).toEqual([0, 2, 4]);
  numbers.release(2);
  expect([numbers.take(), numbers.take()]).toEqual([2, 6]);
});
