import type { Model } from "../model.js";
import type { Action } from "./action.js";
import { answer, changeWeather, cutAll, cutNext, hear, silence } from "./network.js";
import { publishAtOnce, publishSome, publishTwice, publishUnreadable, retry } from "./publishing.js";
import { join, leave, pace } from "./readers.js";
import { closeTopic, revoke } from "./revoking.js";
import { deploy, drain, failOver, resize, restart, startAfresh, trim } from "./servers.js";
import { blockTab, closeTab, crashTab, freezeTab, hideTab, showTab, thawTab, unblockTab } from "./tabs.js";

/** Actions and their relative frequencies. */
const weighted: readonly (readonly [number, Action])[] = [
  [40, publishSome],
  [8, publishTwice],
  [6, publishAtOnce],
  [6, retry],
  [3, publishUnreadable],
  [10, cutAll],
  [5, cutNext],
  [3, answer],
  [2, silence],
  [3, hear],
  [6, changeWeather],
  [8, pace],
  [4, join],
  [3, leave],
  [5, trim],
  [3, revoke],
  [4, closeTopic],
  [3, restart],
  [1, startAfresh],
  [3, failOver],
  [3, drain],
  [2, resize],
  [4, deploy],
];
/** Those of scenarios with tabs. */
const weightedOfTabs: typeof weighted = [
  [20, join],
  [5, closeTab],
  [5, crashTab],
  [6, freezeTab],
  [6, thawTab],
  [5, blockTab],
  [6, unblockTab],
  [5, showTab],
  [5, hideTab],
];

const lotsOf = (all: typeof weighted) =>
  all.flatMap(([weight, action]) => Array.from({ length: weight }, () => action));
const lots = lotsOf(weighted);
const lotsWithTabs = [...lots, ...lotsOf(weightedOfTabs)];

export const chooseAction = (model: Model): Action => model.pick(model.hasTabs ? lotsWithTabs : lots);
