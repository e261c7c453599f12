import type { Model } from "../model.js";
import type { Action } from "./action.js";
import { answer, changeWeather, cutAll, cutNext, hear, silence } from "./network.js";
import { publishAtOnce, publishSome, publishTwice, publishUnreadable, retry } from "./publishing.js";
import { join, leave, pace } from "./readers.js";
import { closeTopic, revoke } from "./revoking.js";
import { deploy, drain, failOver, resize, restart, startAfresh, trim } from "./servers.js";

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
const lots = weighted.flatMap(([weight, action]) => Array.from({ length: weight }, () => action));

export const chooseAction = (model: Model): Action => model.pick(lots);
