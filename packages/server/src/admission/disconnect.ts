import { type AnyProcedure, type AnySubscription, checkNames, type NamesOf, shown } from "@sluice/contract";
import { checkOneOf } from "../options/check.js";
import { subscriptionPaths } from "../options/log.js";
import type { Report } from "../options/on-error.js";
import { tagsOf } from "../procedure/revocable-context.js";
import { type Disconnected, type DisconnectFilter, matcherOf, revoked } from "./access.js";
import type { Admission } from "./admission.js";
import { topicOfKey } from "./topic-of-key.js";

const filterNames: NamesOf<DisconnectFilter> = { tag: true, path: true, key: true, reason: true };

type Procedures = ReadonlyMap<string, AnyProcedure>;

interface DisconnectParts {
  readonly admission: Admission;
  /** The contract's procedures, by path. */
  readonly procedures: Procedures;
  readonly report: Report;
}

/** Ends the streams that match the filter; see `Sluice.disconnect`. */
export function disconnect(parts: DisconnectParts, filter: DisconnectFilter): Promise<Disconnected> {
  const { admission, procedures, report } = parts;
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
  const matches = matcherOf({ tag, path, topic });
  for (const opening of admission.openings) opening.revoke({ matches, reason });
  const open = [...admission.streams, ...admission.locals].flatMap(({ lanes }) => [...lanes.open]);
  const ends = open.map((lane) => {
    const { topic: laneTopic, context } = lane.source;
    try {
      // Without a tag in the filter, user code behind `tags` doesn't run.
      return matches(laneTopic, tag === undefined ? [] : tagsOf(context)) ? { lane, reason } : undefined;
    } catch (error) {
      // The stream may match, so its client must reconnect. The other streams are checked anyway.
      report(error, laneTopic, context);
      return { lane, reason: "unauthorized" as const };
    }
  });
  const matching = ends.filter((end) => end !== undefined);
  for (const end of matching) end.lane.revoke(end.reason, revoked, { isFinal: end.reason === "forbidden" });
  return Promise.resolve({ ended: matching.length });
}

function subscriptionAt(procedures: Procedures, path: string): AnySubscription {
  const procedure = procedures.get(path);
  if (procedure?.kind === "subscription") return procedure;
  const there = subscriptionPaths(procedures.values()).join(", ");
  throw new TypeError(
    `disconnect: ${shown(path)} is not a subscription of this router; the subscriptions are ${there}.`,
  );
}
