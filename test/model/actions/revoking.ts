import { turns, within } from "../../conformance/within.js";
import { type Reason, users } from "../access.js";
import { type Disconnection, disconnectAt } from "../disconnect.js";
import { isMeant } from "../ledger.js";
import type { Model } from "../model.js";
import type { Action } from "./action.js";

/** Ends the streams that a filter selects. One server is told, and obeys at once; the others hear it through the log. */
async function disconnect(model: Model, filter: Disconnection): Promise<number> {
  const { reason } = filter;
  // Not only open streams: an opening is refused with the same reason, and a client that reconnects later gets it then.
  for (const { login, kind } of model.observers) {
    const isOf = isMeant(filter, { ...login, topic: kind.topic ?? kind.name });
    const { session } = login;
    if (reason === "forbidden" && isOf) model.access.forbidden.add(filter.path ? `${session} ${kind.name}` : session);
  }
  // Tabs have one login, also those that come later; and these may share a stream whose end is on its way.
  for (const { login } of model.origins) {
    const isOf = isMeant(filter.tag === undefined ? {} : { tag: filter.tag }, { ...login, topic: "" });
    const { session } = login;
    if (reason === "forbidden" && isOf) model.access.forbidden.add(filter.path ? `${session} ${filter.path}` : session);
  }
  const one = model.pick(model.fleet.serving);
  const others = model.fleet.all.filter((each) => each !== one).flatMap(({ ledger }) => ledger.served);
  const { ended, told } = disconnectAt(one, filter, model.blame);
  await within(told, () => "a disconnect was not told");
  const meant = others.filter(({ credentials }) => isMeant(filter, credentials));
  await turns(10); // a late log
  // Other processes are told by the system.
  if (model.store.isLasting)
    await model.eventually(() => model.mustBe(!meant.some(({ isOpen }) => isOpen), "all servers have heard it"));
  for (const { isOpen, credentials } of meant) {
    if (isOpen)
      model.blame(`the stream of ${credentials.session} goes on at another server after ${JSON.stringify(filter)}`);
  }
  return ended + meant.length;
}

const reasonFor = (model: Model): Reason => (model.random() < 0.6 ? "unauthorized" : "forbidden");

/** Revokes a subscriber's credentials, and ends the streams that use them. */
export const revoke: Action = async (model) => {
  if (model.observers.length === 0) return "nobody is there to be revoked";
  const reason = reasonFor(model);
  const { session } = model.pick(model.observers).login;
  const tag = model.random() < 0.3 ? `user:${model.pick(users)}` : `session:${session}`;
  const revocation = model.access.revocationOf(tag, reason);
  model.access.revoke(revocation);
  const ended = await disconnect(model, { tag, reason });
  model.access.enforce(revocation);
  return `revoke ${tag} (${reason}), ${ended} streams`;
};

/** Ends the streams of a topic or a path. Returning clients are admitted. */
export const closeTopic: Action = async (model) => {
  if (model.observers.length === 0) return "nobody is there to be closed";
  const { name, group, leaf, input } = model.pick(model.observers).kind;
  const reason = reasonFor(model);
  const path = `${group}/${leaf}`;
  const key = input && "run" in input ? { run: input["run"] } : input;
  const narrow = { ...(key && model.random() < 0.7 ? { key } : {}) };
  const tag = model.random() < 0.3 ? { tag: `user:${model.pick(users)}` } : {};
  const ended = await disconnect(model, { path, ...narrow, ...tag, reason });
  return `close ${name} (${JSON.stringify({ ...narrow, ...tag })}, ${reason}), ${ended} streams`;
};
