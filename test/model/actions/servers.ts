import { parseCursor } from "@sluice/contract/wire";
import type { Action } from "./action.js";

export const trim: Action = async (model) => {
  const { topic = "", name } = model.pick(model.kinds);
  const entries = model.history.upTo(model.history.head(topic) ?? "").slice(-20);
  if (entries.length === 0) return "trim nothing";
  const upTo = parseCursor(model.pick(entries).cursor);
  if (upTo) await model.store.log.trim(topic, upTo);
  return `trim ${name} up to ${upTo?.offset}`;
};

/** Sometimes so late that unused state may have been freed. */
export const restart: Action = async (model) => {
  const { fleet } = model;
  const instance = model.pick(fleet.serving);
  await fleet.stop(instance);
  const late = model.random() < 0.6 ? model.upTo(1_500) : 0;
  model.pass(late);
  await fleet.add(instance.edition);
  return `restart, ${late} ms late`;
};

export const startAfresh: Action = async (model) => {
  await Promise.all(model.publishing);
  const start = await model.fleet.stopAll();
  await model.killAll(); // draining servers die with their log
  await model.replaceStore();
  model.publications.forget(() => true);
  await start();
  return "restart with an empty log";
};

/** The log loses its newest entries, as in a failover to a replica that lagged behind. */
export const failOver: Action = async (model) => {
  await Promise.all(model.publishing);
  const followed = model.kinds.filter(({ topic }) => model.observers.some(({ kind }) => kind.topic === topic));
  const kind = model.pick(followed.length > 0 ? followed : model.kinds);
  const { topic = "", name } = kind;
  const start = await model.fleet.stopAll();
  if (model.store.isLasting) await model.killAll();
  const lost = Math.min(await model.losable(kind), 1 + model.upTo(6));
  if (lost > 0) await model.store.failover(topic, lost);
  await model.history.adopt(model.store.engine, [topic]);
  const head = model.history.head(topic) ?? "";
  model.publications.forget((each) => each.kind.topic === topic && !model.history.isPast(each.cursor ?? head, head));
  await start();
  return `restart, ${name} having lost ${lost}`;
};

export const drain: Action = async (model) => {
  const { fleet } = model;
  const old = model.pick(fleet.serving);
  const goesOn = fleet.serving.length > 1 && model.random() < 0.5;
  if (!goesOn) await fleet.add(old.edition);
  fleet.drain(old);
  return goesOn ? "drain one of two" : "drain, and another one starts";
};

/** Adds or removes a server. */
export const resize: Action = async (model) => {
  const { fleet } = model;
  const [one, other] = fleet.serving;
  if (one && other) await fleet.stop(model.pick([one, other]));
  else if (one) await fleet.add(model.random() < 0.7 ? one.edition : model.otherThan(one.edition));
  return `${fleet.serving.length} servers from now on`;
};

/** Replaces a server by one with the other contract, as in a rolling deploy or its rollback. */
export const deploy: Action = async (model) => {
  const { fleet } = model;
  const old = model.pick(fleet.serving);
  const { name } = await fleet.add(model.otherThan(old.edition)).then(({ edition }) => edition);
  const isGentle = model.random() < 0.5;
  if (isGentle) fleet.drain(old);
  else await fleet.stop(old);
  return `deploy the ${name} contract on one of ${fleet.serving.length} servers${isGentle ? ", draining" : ""}`;
};
