import type { AnyProcedure, AnySubscription } from "@sluice/contract";
import { type NamesOf, shown } from "@sluice/contract/internal";
import type { Log } from "@sluice/log";
import type { ControlFollower } from "../control/control-follower.js";
import {
  checkDisconnect,
  type Disconnected,
  type DisconnectFilter,
  type DisconnectOptions,
} from "../control/disconnect-options.js";
import { tellServers } from "../control/tell-servers.js";
import { subscriptionPaths } from "../options/log.js";
import type { ResolvedFilter } from "./access.js";
import { type EndParts as EndHereParts, endMatching } from "./end-streams.js";
import { topicOfKey } from "./topic-of-key.js";

const filterNames: NamesOf<DisconnectFilter> = { tag: true, path: true, key: true, reason: true };

type Procedures = ReadonlyMap<string, AnyProcedure>;

interface EndParts extends EndHereParts {
  readonly log: Log;
  /** Names this server, which need not be told. */
  readonly control: Pick<ControlFollower, "name">;
}

interface DisconnectParts extends EndParts {
  /** The contract's procedures, by path. */
  readonly procedures: Procedures;
}

/** Ends the streams that match the filter, and tells the other servers; see `Sluice.disconnect`. */
export function disconnect(parts: DisconnectParts, given: DisconnectFilter): Promise<Disconnected> {
  return endEverywhere(parts, resolveFilter(parts.procedures, given));
}

/** Ends the streams of a topic, and tells the other servers; see `Topic.disconnect`. */
export const disconnectTopic = (parts: EndParts, topic: string, options: DisconnectOptions): Promise<Disconnected> =>
  endEverywhere(parts, { topic, ...checkDisconnect(options) });

function endEverywhere(parts: EndParts, filter: ResolvedFilter): Promise<Disconnected> {
  const ended = endMatching(parts, filter);
  return tellServers(parts.log, { kind: "disconnect", from: parts.control.name, ...filter }).then(() => ({ ended }));
}

/** @throws TypeError if the filter can't match. */
function resolveFilter(procedures: Procedures, filter: DisconnectFilter): ResolvedFilter {
  if (filter === undefined || filter === null)
    throw new TypeError(`disconnect: the filter is ${filter}; allowed is an object with a tag or a path.`);
  const { tag, reason } = checkDisconnect(filter, filterNames);
  const { path, key } = filter;
  if (tag === undefined && path === undefined) throw new TypeError("disconnect() needs a tag or a path.");
  if (key !== undefined && path === undefined)
    throw new TypeError("disconnect() with a key also needs the path of the procedure.");
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
