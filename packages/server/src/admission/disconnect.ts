import { type AnyProcedure, type AnySubscription, checkNames, type NamesOf, shown } from "@sluice/contract";
import type { Log } from "@sluice/log";
import type { ControlFollower } from "../control/control-follower.js";
import { tellServers } from "../control/tell-servers.js";
import { checkOneOf } from "../options/check.js";
import { subscriptionPaths } from "../options/log.js";
import type { Report } from "../options/on-error.js";
import type { Disconnected, DisconnectFilter, ResolvedFilter } from "./access.js";
import type { Admission } from "./admission.js";
import { endMatching } from "./end-streams.js";
import { topicOfKey } from "./topic-of-key.js";

const filterNames: NamesOf<DisconnectFilter> = { tag: true, path: true, key: true, reason: true };

type Procedures = ReadonlyMap<string, AnyProcedure>;

interface DisconnectParts {
  readonly admission: Admission;
  /** The contract's procedures, by path. */
  readonly procedures: Procedures;
  readonly log: Log;
  /** Names this server, which need not be told. */
  readonly control: Pick<ControlFollower, "name">;
  readonly report: Report;
}

/** Ends the streams that match the filter, and tells the other servers; see `Sluice.disconnect`. */
export function disconnect(parts: DisconnectParts, given: DisconnectFilter): Promise<Disconnected> {
  const filter = resolveFilter(parts.procedures, given);
  const ended = endMatching(parts, filter);
  return tellServers(parts.log, { kind: "disconnect", from: parts.control.name, ...filter }).then(() => ({ ended }));
}

/** @throws TypeError if the filter can't match. */
function resolveFilter(procedures: Procedures, filter: DisconnectFilter): ResolvedFilter {
  checkNames("disconnect", filter ?? null, filterNames);
  const { tag, path, key, reason = "forbidden" } = filter;
  if (tag === undefined && path === undefined) throw new TypeError("disconnect() needs a tag or a path.");
  if (key !== undefined && path === undefined)
    throw new TypeError("disconnect() with a key also needs the path of the procedure.");
  checkOneOf("disconnect", "reason", reason, ["forbidden", "unauthorized"]);
  if (tag !== undefined && typeof tag !== "string") {
    throw new TypeError(`disconnect: tag is ${shown(tag)}; allowed is a string.`);
  }
  const procedure = path === undefined ? undefined : subscriptionAt(procedures, path);
  const topic = procedure && key !== undefined ? topicOfKey(procedure, key) : undefined;
  return { tag, path, topic, reason };
}

function subscriptionAt(procedures: Procedures, path: string): AnySubscription {
  const procedure = procedures.get(path);
  if (procedure?.kind === "subscription") return procedure;
  const there = subscriptionPaths(procedures.values()).join(", ");
  throw new TypeError(
    `disconnect: ${shown(path)} is not a subscription of this router; the subscriptions are ${there}.`,
  );
}
