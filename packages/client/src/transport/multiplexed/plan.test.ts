import { expect, it } from "vitest";
import { isMerge, type Situation } from "./plan.js";

const oneComes: Situation = {
  base: 40,
  outside: 1,
  hasFirst: true,
  isUnderWay: false,
  isDue: false,
  isHidden: false,
};

const rows: readonly [why: string, situation: Partial<Situation>, merges: boolean][] = [
  ["the first", { base: 0, outside: 200 }, true],
  ["there is no base any more", { base: 0, outside: 4 }, true],
  ["one comes to many", {}, false],
  ["one comes to others", { outside: 32 }, false],
  ["more than 32 would be newcomers", { outside: 33 }, true],
  ["more than 32 are tried again", { outside: 33, hasFirst: false }, true],
  ["one comes, and a newcomer has not opened yet", { outside: 2, isUnderWay: true }, true],
  ["16 in all", { base: 12, outside: 4 }, true],
  ["17 in all", { base: 12, outside: 5 }, false],
  ["few in all, one of which is tried again", { base: 4, hasFirst: false }, false],
  ["a hidden tab", { isHidden: true }, true],
  ["a merge is due", { isDue: true }, true],
  ["a merge is due, and nobody waits", { outside: 0, hasFirst: false, isDue: true }, true],
];

it.each(rows)("%s", (_, situation, merges) => {
  expect(isMerge({ ...oneComes, ...situation })).toBe(merges);
});
