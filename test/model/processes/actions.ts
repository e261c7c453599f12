import { parseCursor } from "@sluice/contract/wire";
import { turns } from "../../conformance/turns.js";
import type { Action } from "../actions/action.js";
import { answer, changeWeather, cutAll, cutNext, hear, silence } from "../actions/network.js";
import { publishAtOnce, publishSome, publishTwice, retry } from "../actions/publishing.js";
import { join, leave, pace } from "../actions/readers.js";
import { runKind } from "../kinds.js";
import type { ProcessModel } from "./process-model.js";

type ProcessAction = Action<ProcessModel>;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** Real milliseconds that a fault lasts at most: the clock of servers and clients runs 20 times as fast. */
const longest = 150;

/** Something is away for a moment, while the run goes on or waits for it. */
async function forAMoment(model: ProcessModel, mend: () => void | Promise<void>): Promise<void> {
  model.noteFault();
  const mended = pause(model.upTo(longest))
    .then(mend)
    .then(() => model.noteFault());
  model.publishing.push(mended);
  if (model.random() < 0.5) await mended;
}

const trim: ProcessAction = async (model) => {
  const { topic = "", name } = model.pick(model.kinds);
  const entries = model.history.upTo(model.history.head(topic) ?? "").slice(-20);
  const upTo = entries.length > 0 ? parseCursor(model.pick(entries).cursor) : undefined;
  if (upTo) await model.log.trim(topic, upTo).catch(() => {});
  return `trim ${name} up to ${upTo?.offset}`;
};

const revoke: ProcessAction = async (model) => {
  if (model.observers.length === 0) return "revoke nobody";
  const observer = model.pick(model.observers);
  const reason = model.random() < 0.6 ? "unauthorized" : "forbidden";
  const revoked = model.revoke(observer, reason);
  model.revoking.push(revoked);
  if (model.random() < 0.5) await revoked;
  return `revoke ${observer.name} (${reason})`;
};

/** Its connections to Redis break. */
const cutLink: ProcessAction = (model) => {
  model.noteFault();
  model.pick(model.places).relay?.cut();
  return "cut a server's connections to Redis";
};

const loseLink: ProcessAction = async (model) => {
  const place = model.pick(model.places);
  place.relay?.goAway();
  await forAMoment(model, () => {
    if (place.relay) place.relay.isAway = false;
  });
  return "a server can't reach Redis";
};

const killServer: ProcessAction = async (model) => {
  if (model.up.length < 2) return "no server is killed";
  const place = model.pick(model.up);
  await place.kill();
  await forAMoment(model, () => model.startAt(place));
  return "a server is killed";
};

const restartServer: ProcessAction = async (model) => {
  if (model.up.length < 2) return "no server is restarted";
  model.noteFault();
  const place = model.pick(model.up);
  await place.shutDown();
  await model.startAt(place);
  model.noteFault();
  return "a server is restarted";
};

/** Somebody asks for one of the first runs, which may be over. */
const joinRun: ProcessAction = (model) => {
  const { name, kind } = model.join(runKind(`r${1 + model.upTo(2)}`, "one"), "handlers");
  return `${name} joins (${kind.name})`;
};

const restartRedis: ProcessAction = async (model) => {
  await Promise.all(model.publishing); // also what another fault has still to mend
  await model.redis.kill();
  await forAMoment(model, () => model.redis.run());
  return "Redis is killed, and starts again";
};

const failOver: ProcessAction = async (model) => {
  await Promise.all(model.publishing);
  const followed = model.kinds.filter(({ topic }) => model.observers.some(({ kind }) => kind.topic === topic));
  const { topic = "", name } = model.pick(followed.length > 0 ? followed : model.kinds);
  model.noteFault();
  for (const { relay } of model.places) relay?.goAway();
  await pause(10); // what was on its way has arrived
  const lost = await model.lose(topic, 1 + model.upTo(6));
  // Sometimes others have the place of the lost ones before any server is back.
  for (const { relay } of model.places) if (relay) relay.isAway = false;
  model.noteFault();
  await turns(1);
  return `Redis has lost ${lost} of ${name}`;
};

/** Actions and their relative frequencies. */
const weighted: readonly (readonly [number, ProcessAction])[] = [
  [40, publishSome],
  [8, publishTwice],
  [8, publishAtOnce],
  [6, retry],
  [6, cutAll],
  [4, cutNext],
  [2, answer],
  [1, silence],
  [2, hear],
  [4, changeWeather],
  [6, pace],
  [6, join],
  [3, leave],
  [3, trim],
  [3, revoke],
  [2, killServer],
  [2, restartServer],
];
const weightedOfRedis: typeof weighted = [
  [5, cutLink],
  [4, loseLink],
  [2, restartRedis],
  [4, failOver],
];
const weightedOfFile: typeof weighted = [
  [4, killServer],
  [2, restartServer],
];

const lotsOf = (all: typeof weighted) =>
  all.flatMap(([weight, action]) => Array.from({ length: weight }, () => action));
const lots = {
  Redis: lotsOf([...weighted, ...weightedOfRedis]),
  SQLite: lotsOf([...weighted, ...weightedOfFile]),
};

const ofRuns = [joinRun, joinRun, restartServer];

export const chooseProcessAction = (model: ProcessModel): ProcessAction =>
  model.isAboutRuns && model.random() < 0.4 ? model.pick(ofRuns) : model.pick(lots[model.engine]);
