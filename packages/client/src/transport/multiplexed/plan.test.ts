import { expect, it } from "vitest";
import { planOf, type Situation } from "./plan.js";

const settled: Situation = {
  base: 40,
  beside: 0,
  waiting: 0,
  first: 0,
  isUnderWay: false,
  isDue: false,
  isHidden: false,
};

const rows: readonly [why: string, situation: Partial<Situation>, plan: ReturnType<typeof planOf>][] = [
  ["nobody waits", {}, undefined],
  ["newcomers are open", { beside: 5 }, undefined],
  ["a tab is hidden, and nobody waits", { beside: 5, isHidden: true }, undefined],
  ["the first", { base: 0, waiting: 200, first: 200 }, "merge"],
  ["there is no base any more", { base: 0, beside: 3, waiting: 1 }, "merge"],
  ["one comes to many", { waiting: 1, first: 1 }, "newcomers"],
  ["one comes to others", { beside: 31, waiting: 1, first: 1 }, "newcomers"],
  ["more than 32 would be newcomers", { beside: 32, waiting: 1, first: 1 }, "merge"],
  ["more than 32 are tried again", { waiting: 33 }, "merge"],
  ["one comes, and a newcomer has not opened yet", { beside: 1, waiting: 1, first: 1, isUnderWay: true }, "merge"],
  ["a newcomer has not opened yet", { beside: 1, isUnderWay: true }, undefined],
  ["16 in all", { base: 12, waiting: 4, first: 4 }, "merge"],
  ["17 in all", { base: 12, waiting: 5, first: 5 }, "newcomers"],
  ["few in all, one of which is tried again", { base: 4, waiting: 1 }, "newcomers"],
  ["few in all, of which one is tried again and one is new", { base: 4, waiting: 2, first: 1 }, "merge"],
  ["a hidden tab", { waiting: 1, first: 1, isHidden: true }, "merge"],
  ["a merge is due", { isDue: true }, "merge"],
  ["a merge is due, and one comes", { waiting: 1, first: 1, isDue: true }, "merge"],
];

it.each(rows)("%s", (_, situation, plan) => {
  expect(planOf({ ...settled, ...situation })).toBe(plan);
});
