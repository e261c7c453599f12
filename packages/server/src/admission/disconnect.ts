import { type AnyProcedure, type AnySubscription, checkNames, type NamesOf, shown } from "@sluice/contract";
import { checkOneOf } from "../options/check.js";
import { subscriptionPaths } from "../options/log.js";
import type { Report } from "../options/on-error.js";
import { tagsOf } from "../procedure/revocable-context.js";
import { type DisconnectFilter, meantBy, revoked } from "./access.js";
import type { Admission } from "./admission.js";
import { topicOfKey } from "./topic-of-key.js";

const filterNames: NamesOf<DisconnectFilter> = { tag: true, path: true, key: true, reason: true };

type Procedures = ReadonlyMap<string, AnyProcedure>;

interface DisconnectParts {
  readonly admission: Admission;
  /** The contract's, by path. */
  readonly procedures: Procedures;
  readonly report: Report;
}

/** Ends the streams that a filter means; see `Sluice.disconnect`. */
export function disconnect({ admission, procedures, report }: DisconnectParts, filter: DisconnectFilter): number {
  checkNames("disconnect", filter ?? null, filterNames);
  const { tag, path, key, reason = "forbidden" } = filter;
  if (tag === undefined && path === undefined) throw new TypeError("disconnect() needs a tag or a path to go by.");
  if (key !== undefined && path === undefined)
    throw new TypeError("disconnect() by key needs the path it is a key of.");
  checkOneOf("disconnect", "reason", reason, ["forbidden", "unauthorized"]);
  if (tag !== undefined && typeof tag !== "string") {
    throw new TypeError(`disconnect: tag is ${shown(tag)}; allowed is a text.`);
  }
  const procedure = path === undefined ? undefined : subscriptionAt(procedures, path);
  const topic = procedure && key !== undefined ? topicOfKey(procedure, key) : undefined;
  const isMeant = meantBy({ tag, path, topic });
  for (const opening of admission.openings) opening.revoke({ isMeant, reason });
  const open = [...admission.streams, ...admission.locals].flatMap(({ lanes }) => [...lanes.open]);
  const ends = open.map((lane) => {
    const { topic: ofLane, context } = lane.source;
    try {
      // Nobody's getter is asked for what doesn't matter.
      return isMeant(ofLane, tag === undefined ? [] : tagsOf(context)) ? { lane, reason } : undefined;
    } catch (error) {
      // Whose it is can't be told any more. It may be meant: its client has to come again, and others are looked at all the same.
      report(error, ofLane, context);
      return { lane, reason: "unauthorized" as const };
    }
  });
  const meant = ends.filter((end) => end !== undefined);
  for (const end of meant) end.lane.revoke(end.reason, revoked, { isFinal: end.reason === "forbidden" });
  return meant.length;
}

function subscriptionAt(procedures: Procedures, path: string): AnySubscription {
  const procedure = procedures.get(path);
  if (procedure?.kind === "subscription") return procedure;
  const there = subscriptionPaths(procedures.values()).join(", ");
  throw new TypeError(`disconnect: ${shown(path)} is no subscription of this router; there are ${there}.`);
}
