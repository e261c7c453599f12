import { expect, it } from "vitest";
import { KnownHashes } from "./known-hashes.js";

it("knows what is not there from the first turn that it has seen whole", () => {
  const known = new KnownHashes();
  expect(known.mayHave(1, 0, 1, 7)).toBe(true);
  known.add(1, 0, 0, [5]); // others were there before
  expect(known.mayHave(1, 0, 0, 7)).toBe(true);
  known.add(1, 0, 1, [5, 6]);
  expect(known.mayHave(1, 0, 1, 7)).toBe(true);
  known.add(1, 1, 2, [8]);
  expect([5, 6, 7, 8].map((hash) => known.mayHave(1, 1, 2, hash))).toEqual([true, true, false, true]);
  known.add(1, 2, 3, [9]);
  expect([5, 6, 8, 9].map((hash) => known.mayHave(1, 2, 3, hash))).toEqual([false, false, true, true]);
  known.forget(1);
  expect(known.mayHave(1, 2, 3, 7)).toBe(true);
});

it("holds a bounded number, and knows nothing of a turn of which it doesn't hold all", () => {
  const known = new KnownHashes(4);
  known.add(1, -1, 0, [1, 2, 3]);
  known.add(2, -1, 0, [1, 2]);
  known.add(2, -1, 0, [3]);
  expect([known.mayHave(1, 0, 0, 9), known.mayHave(2, 0, 0, 9), known.mayHave(2, 0, 0, 1)]).toEqual([
    false,
    true,
    true,
  ]);
  known.forget(1);
  known.add(2, 0, 1, [4]);
  expect([known.mayHave(2, 0, 1, 9), known.mayHave(2, 1, 1, 9)]).toEqual([true, false]);
  known.forgetAll();
  known.add(3, -1, 0, [1, 2, 3, 4]);
  expect(known.mayHave(3, 0, 0, 9)).toBe(false);
});
