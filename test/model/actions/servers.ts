import { parseCursor } from "@sluice/contract/wire";
import { logKinds } from "../kinds.js";
import type { Action } from "./action.js";

export const trim: Action = async (model) => {
  const { topic = "", name } = model.pick(logKinds);
  const entries = model.history.upTo(model.history.head(topic) ?? "").slice(-20);
  if (entries.length === 0) return "trim nothing";
  const upTo = parseCursor(model.pick(entries).cursor);
  if (upTo) await model.store.log.trim(topic, upTo);
  return `trim ${name} up to ${upTo?.offset}`;
};

/** Now and then so late that state which nobody has asked for in the meantime may be gone. */
export const restart: Action = async (model) => {
  await model.instance.close();
  const late = model.random() < 0.6 ? model.upTo(1_500) : 0;
  model.pass(late);
  await model.startInstance();
  return `restart, ${late} ms late`;
};

export const startAfresh: Action = async (model) => {
  await Promise.all(model.publishing);
  // Whoever was on the way out has died with the log that it drained to.
  for (const instance of model.instances) await instance.close();
  model.draining.length = 0;
  await model.replaceStore();
  model.publications.forget(() => true);
  await model.startInstance();
  return "restart with an empty log";
};

/** The log comes back without its newest entries, as a replica does that lagged behind. */
export const failOver: Action = async (model) => {
  await Promise.all(model.publishing);
  const followed = model.observers.map(({ kind }) => kind).filter((kind) => logKinds.includes(kind));
  const kind = model.pick(followed.length > 0 ? followed : logKinds);
  const { topic = "" } = kind;
  await model.instance.close();
  const lost = Math.min(await model.losable(kind), 1 + model.upTo(6));
  if (lost > 0) await model.store.harness.failover(topic, lost);
  await model.history.adopt(model.store.harness.log, [topic]);
  const head = model.history.head(topic) ?? "";
  model.publications.forget((each) => each.kind === kind && !model.history.isPast(each.cursor ?? head, head));
  await model.startInstance();
  return `restart, ${kind.name} having lost ${lost}`;
};

export const drain: Action = async (model) => {
  const old = model.instance;
  await model.startInstance();
  model.draining.push(old.sluice.drain({ timeout: 3_000 }).then(() => old.close()));
  return "drain";
};
