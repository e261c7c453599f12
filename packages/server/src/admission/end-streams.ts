import type { Report } from "../options/on-error.js";
import type { Presence } from "../presence/presence.js";
import { tagsOf } from "../procedure/revocable-context.js";
import type { OpenLane } from "../stream/lane.js";
import { matcherOf, type ResolvedFilter, revoked } from "./access.js";
import type { Admission } from "./admission.js";

export interface EndParts {
  readonly admission: Admission;
  readonly presence: Pick<Presence, "expel">;
  readonly report: Report;
}

/** Ends this server's streams that match the filter, and refuses those that are being opened. Returns how many were open. */
export function endMatching({ admission, presence, report }: EndParts, filter: ResolvedFilter): number {
  const { tag, reason } = filter;
  const matches = matcherOf(filter);
  for (const opening of admission.openings) opening.revoke({ matches, reason });
  const ends = openLanes(admission).map((lane) => {
    const { topic, context } = lane.source;
    try {
      // Without a tag in the filter, user code behind `tags` doesn't run.
      return matches(topic, tag === undefined ? [] : tagsOf(context)) ? { lane, reason } : undefined;
    } catch (error) {
      // The stream may match, so its client must reconnect. The other streams are checked anyway.
      report(error, topic, context);
      return { lane, reason: "unauthorized" as const };
    }
  });
  const matching = ends.filter((end) => end !== undefined);
  for (const { lane, reason } of matching) {
    const isFinal = reason === "forbidden";
    lane.revoke(reason, revoked, { isFinal });
    if (isFinal) presence.expel(lane.lifetime);
  }
  return matching.length;
}

/** Ends all streams, because any of them may be revoked without this server's knowing it. Their clients reconnect. */
export function endAll({ admission }: Pick<EndParts, "admission">): void {
  for (const opening of admission.openings) opening.miss();
  const message = "This server may have missed a revocation";
  for (const lane of openLanes(admission)) lane.revoke("unavailable", message, { isFinal: false });
}

const openLanes = (admission: Admission): OpenLane[] => [...admission.streams].flatMap(({ lanes }) => [...lanes.open]);
