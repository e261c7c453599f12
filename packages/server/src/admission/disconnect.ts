import { type AnySubscription, checkNames, type NamesOf, shown } from "@sluice/contract";
import { subscriptionPaths } from "../log-option.js";
import { checkOneOf } from "../options.js";
import type { Runtime } from "../runtime.js";
import { type DisconnectFilter, meantBy, revoked, tagsOf } from "./access.js";
import { topicOfKey } from "./topic-of-key.js";

const filterNames: NamesOf<DisconnectFilter> = { tag: true, path: true, key: true, reason: true };

/** Ends the streams that a filter means; see `Sluice.disconnect`. */
export function disconnect(runtime: Runtime, filter: DisconnectFilter): number {
  checkNames("disconnect", filter, filterNames);
  const { tag, path, key, reason = "forbidden" } = filter;
  if (tag === undefined && path === undefined) throw new TypeError("disconnect() needs a tag or a path to go by.");
  if (key !== undefined && path === undefined)
    throw new TypeError("disconnect() by key needs the path it is a key of.");
  checkOneOf("disconnect", "reason", reason, ["forbidden", "unauthorized"]);
  if (tag !== undefined && typeof tag !== "string") {
    throw new TypeError(`disconnect: tag is ${shown(tag)}; allowed is a text.`);
  }
  const procedure = path === undefined ? undefined : subscriptionAt(runtime, path);
  const topic = procedure && key !== undefined ? topicOfKey(procedure, key) : undefined;
  const isMeant = meantBy({ tag, path, topic });
  for (const opening of runtime.openings) opening.revoke({ isMeant, reason });
  const open = [...runtime.connections, ...runtime.locals];
  const meant = open.filter(({ source }) => isMeant(source.topic, tagsOf(source.context)));
  for (const connection of meant) connection.revoke(reason, revoked, { isFinal: reason === "forbidden" });
  return meant.length;
}

function subscriptionAt({ procedures }: Runtime, path: string): AnySubscription {
  const procedure = procedures.get(path);
  if (procedure?.kind === "subscription") return procedure;
  const there = subscriptionPaths(procedures.values()).join(", ");
  throw new TypeError(`disconnect: ${shown(path)} is no subscription of this router; there are ${there}.`);
}
