import { type Reason, users } from "../access.js";
import { type Disconnection, disconnectAt } from "../disconnect.js";
import { isMeant } from "../ledger.js";
import type { Model } from "../model.js";
import type { Action } from "./action.js";

/** Ends what a filter means at all servers. */
function disconnect(model: Model, filter: Disconnection): number {
  const { reason } = filter;
  let ended = 0;
  // Not only of what is open: what is being opened is refused with the same reason, and who comes again later is told then.
  for (const { login, kind } of model.observers) {
    const isOf = isMeant(filter, { ...login, topic: kind.topic ?? kind.name });
    if (reason === "forbidden" && isOf) model.access.forbidden.add(login.session);
  }
  for (const instance of model.instances) ended += disconnectAt(instance, filter, model.blame);
  return ended;
}

const reasonFor = (model: Model): Reason => (model.random() < 0.6 ? "unauthorized" : "forbidden");

/** Takes credentials back that somebody has, and what is open on them. */
export const revoke: Action = (model) => {
  const reason = reasonFor(model);
  const { session } = model.pick(model.observers).login;
  const tag = model.random() < 0.3 ? `user:${model.pick(users)}` : `session:${session}`;
  model.access.revoke(model.access.revocationOf(tag, reason));
  return `revoke ${tag} (${reason}), ${disconnect(model, { tag, reason })} streams`;
};

/** Closes a topic, or all of a path; who comes again is let in. */
export const closeTopic: Action = (model) => {
  const { name, group, leaf, input } = model.pick(model.observers).kind;
  const reason = reasonFor(model);
  const path = `${group}/${leaf}`;
  const key = input && "run" in input ? { run: input["run"] } : input;
  const narrow = { ...(key && model.random() < 0.7 ? { key } : {}) };
  const tag = model.random() < 0.3 ? { tag: `user:${model.pick(users)}` } : {};
  const ended = disconnect(model, { path, ...narrow, ...tag, reason });
  return `close ${name} (${JSON.stringify({ ...narrow, ...tag })}, ${reason}), ${ended} streams`;
};
