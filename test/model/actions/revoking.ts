import { type Reason, users } from "../access.js";
import { type Disconnection, disconnectAt } from "../disconnect.js";
import { isMeant } from "../ledger.js";
import type { Model } from "../model.js";
import type { Instance } from "../site.js";
import type { Action } from "./action.js";

/** Ends the streams that a filter selects. Default: on all servers. */
function disconnect(model: Model, filter: Disconnection, instances: readonly Instance[] = model.fleet.all): number {
  const { reason } = filter;
  let ended = 0;
  // Not only open streams: an opening is refused with the same reason, and a client that reconnects later gets it then.
  for (const { login, kind } of model.observers) {
    const isOf = isMeant(filter, { ...login, topic: kind.topic ?? kind.name });
    if (reason === "forbidden" && isOf) model.access.forbidden.add(login.session);
  }
  for (const instance of instances) ended += disconnectAt(instance, filter, model.blame);
  return ended;
}

const reasonFor = (model: Model): Reason => (model.random() < 0.6 ? "unauthorized" : "forbidden");

/** Revokes a subscriber's credentials, and ends the streams that use them. */
export const revoke: Action = (model) => {
  const reason = reasonFor(model);
  const { session } = model.pick(model.observers).login;
  const tag = model.random() < 0.3 ? `user:${model.pick(users)}` : `session:${session}`;
  model.access.revoke(model.access.revocationOf(tag, reason));
  return `revoke ${tag} (${reason}), ${disconnect(model, { tag, reason })} streams`;
};

/** Ends the streams of a topic or a path. Returning clients are admitted. */
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

/** Ends a path's streams on one server. Those on another one continue. Returning clients are admitted on any server. */
export const closeAtOne: Action = (model) => {
  const { group, leaf } = model.pick(model.observers).kind;
  const [one, ...others] = model.fleet.serving;
  if (!one || others.length === 0) return "close nothing at one of two";
  const elsewhere = others.flatMap(({ ledger }) => ledger.open);
  const path = `${group}/${leaf}`;
  const ended = disconnect(model, { path, reason: "unauthorized" }, [one]);
  for (const { end, credentials } of elsewhere) {
    if (end !== undefined) model.blame(`the stream of ${credentials.session} ended with ${end} at another server`);
  }
  return `close ${path} at one of two, ${ended} streams`;
};
