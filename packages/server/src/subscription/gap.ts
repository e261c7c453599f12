import type { AnySubscription } from "@sluice/contract";
import { errorTable } from "@sluice/contract/internal";
import { formatCursor, type ResetReason } from "@sluice/contract/wire";
import type { Cursor, Opened } from "@sluice/log";
import { hasRun } from "../runs/record.js";
import type { Lane } from "../stream/lane.js";
import type { StateStart } from "../topic/snapshots.js";
import type { Tail } from "../topic/tail.js";
import type { Look } from "../topic/trail.js";

/** What lies between a subscriber and the history that is to be had: the log's word, or the server's own limit. */
export interface Gap {
  readonly reason: ResetReason;
  /** Reading after it gives all that there is. */
  readonly oldest: Cursor;
  readonly head: Cursor;
  /** The topic's record, if it has one. */
  readonly record?: string | undefined;
}

/** The gap that is left where no more than `limit` events are sent. */
export async function limitGap(tail: Tail, limit: number): Promise<Gap> {
  const { opened } = await tail.look({ from: { last: limit }, limit: 0 });
  const { page } = opened as Opened;
  const { head, record } = page;
  return { reason: "limit", oldest: page.ok ? page.end : page.oldest, head, record };
}

export interface GapTerms {
  readonly procedure: AnySubscription;
  /**
   * Takes a snapshot of the state; gives none if the subscriber has left by then. Absent: there is no state.
   *
   * @param look what was read of the topic, if that was a gap
   */
  readonly snapshot: ((look?: Look) => Promise<StateStart | undefined>) | undefined;
  readonly stream: "live" | "resumable";
}

/** Where a subscriber goes on after a gap, and the fresh state at that place, if there is one. */
export type GoOn = StateStart | { readonly cursor: Cursor; readonly state?: undefined; readonly look?: undefined };

/** Tells a subscriber of a gap and answers where to go on; `undefined` if it's over. PROTOCOL §7.3. */
export async function tellGap(
  lane: Lane,
  gap: Gap,
  { procedure, snapshot, stream }: GapTerms,
  look?: Look,
): Promise<GoOn | undefined> {
  const { reason } = gap;
  const [oldest, head] = [formatCursor(gap.oldest), formatCursor(gap.head)];
  lane.send({ kind: "reset", reason, oldest, head });
  // A run that is gone with its log has neither a state nor events to go on with.
  const isGone = stream === "resumable" && !hasRun(gap.record);
  if (snapshot && !isGone) return snapshot(look);
  if (procedure.onGap === "skip" && !isGone) {
    lane.send({ kind: "at", id: oldest });
    return { cursor: gap.oldest };
  }
  const [, message] = errorTable.gap;
  lane.finish({ kind: "error", code: "gap", message, data: { reason, oldest, head }, final: true });
  return undefined;
}
