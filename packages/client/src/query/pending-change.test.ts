import { expect, it } from "vitest";
import { at } from "../test-kit/set-up.test-kit.js";
import { judge, type PendingChange } from "./pending-change.js";

const unanswered: PendingChange = { state: (state) => state, isAnswered: false, mayBeCovered: false, isAsked: false };
const answered = { ...unanswered, isAnswered: true };
const echo = { said: () => true };

it.each<[string, PendingChange, reached: string | undefined, string]>([
  ["isn't answered", { ...unanswered, mayBeCovered: true }, at(5), "wait"],
  ["is answered for a place ahead", { ...answered, cursor: at(6) }, at(5), "wait"],
  [
    "is answered for a place ahead, though a snapshot came",
    { ...answered, cursor: at(6), mayBeCovered: true },
    at(5),
    "wait",
  ],
  ["is answered for the place reached", { ...answered, cursor: at(5) }, at(5), "over"],
  ["is answered for a place behind", { ...answered, cursor: at(4), echo }, at(5), "over"],
  ["is answered while nothing has come yet", { ...answered, cursor: at(4) }, undefined, "wait"],
  ["is answered for another history", { ...answered, cursor: at(4, "F") }, at(5), "ask"],
  ["is answered for another history, and knows its event", { ...answered, cursor: at(4, "F"), echo }, at(5), "wait"],
  ["is answered for what is no place", { ...answered, cursor: "soon" }, at(5), "ask"],
  ["is answered without a place", { ...answered, echo }, at(5), "wait"],
  ["is answered without a place, and a snapshot may have it", { ...answered, echo, mayBeCovered: true }, at(5), "ask"],
])("a change that %s", (_what, change, reached, verdict) => {
  expect(judge(change, reached)).toBe(verdict);
});
