import { type Reason, users } from "../access.js";
import { type Disconnection, disconnectAt } from "../disconnect.js";
import { isMeant } from "../ledger.js";
import type { Model } from "../model.js";
import type { Instance } from "../site.js";
import type { Action } from "./action.js";

/** Ends what a filter means. Default: at all servers. */
function disconnect(model: Model, filter: Disconnection, instances: readonly Instance[] = model.fleet.all): number {
  const { reason } = filter;
  let ended = 0;
  // Not only of what is open: what is being opened is refused with the same reason, and who comes again later is told then.
  for (const { login, kind } of model.observers) {
    const isOf = isMeant(filter, { ...login, topic: kind.topic ?? kind.name });
    if (reason === "forbidden" && isOf) model.access.forbidden.add(login.session);
  }
  for (const instance of instances) ended += disconnectAt(instance, filter, model.blame);
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

/** Closes a path at one server, where those at another one go on. Who comes again is let in, wherever he comes to. */
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
