import type { AnySubscription } from "@sluice/contract";
import type { AppendAnswer, Appended, AppendOptions, Conflict, Cursor, Lease, Log } from "@sluice/log";
import type { FoldedAhead } from "../topic/folded-ahead.js";
import type { TopicFold } from "../topic/topic-fold.js";
import type { TopicStates } from "../topic/topic-states.js";
import type { EncodedEvent } from "./encode-event.js";
import type { PublishDeadline } from "./publish-deadlines.js";
import { type PublisherLeases, tooBusy } from "./publisher-leases.js";
import type { Turns } from "./turns.js";

export interface TopicEvents {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly events: readonly EncodedEvent[];
}

export interface FoldedSources {
  readonly log: Log;
  readonly states: TopicStates;
  /** Of the publishes that could not append at once. */
  readonly turns: Turns;
  readonly leases: PublisherLeases;
}

/** `appendFolded` chooses the others. */
export type UnconditionalOptions = Omit<AppendOptions, "after" | "lease" | "record">;

/** After this many lost races, a publisher takes the topic's lease, which keeps out all other publishers. */
const attemptsWithoutLease = 5;
/** With the lease, an append can still fail: the lease may expire, or a writer may append without `after`. */
const maxAttempts = 16;

/**
 * Appends events only at the cursor where they were folded: after other events, they may no longer fold. If the topic
 * has moved, it folds the new entries and tries again.
 *
 * Publishes append in the order of their calls. One that cannot append at once takes turns with those that follow it, and
 * waits outside the state's own steps: meanwhile, the state can be read.
 *
 * @throws SluiceError `unavailable` after 16 failed attempts, or at the deadline: nothing is appended.
 */
export async function appendFolded(
  { log, states, turns, leases }: FoldedSources,
  { procedure, topic, events }: TopicEvents,
  options: UnconditionalOptions,
  deadline: PublishDeadline,
): Promise<Appended> {
  const { idempotencyKey } = options;
  let inTurn: Promise<Appended> | undefined;
  try {
    const appended = await states.of(topic, procedure).exclusively(async (fold) => {
      const answer = turns.isTaken(topic) ? undefined : await attempt(fold);
      if (answer?.ok) return answer;
      // Joins before the next publish can try. It is not returned, as the state would wait for it.
      inTurn = turns.join(topic, () => appendInTurn(answer));
      deadline.late = () => tooBusy(topic);
      return undefined;
    });
    return appended ?? (await (inTurn as unknown as Promise<Appended>));
  } catch (error) {
    // A retry gets the answer of the first publish, even if its events no longer fold.
    const asks = idempotencyKey !== undefined && !deadline.isOver;
    const first = asks && (await log.findAppend(topic, idempotencyKey).catch(() => undefined));
    if (first) return { ok: true, duplicate: true, cursor: first };
    throw error;
  }

  async function appendInTurn(first: Conflict | undefined): Promise<Appended> {
    let lease: Lease | undefined;
    let conflict = first;
    try {
      for (let attempts = first ? 1 : 0; attempts < maxAttempts; attempts++) {
        if (conflict?.reason === "leased" || (!lease && attempts >= attemptsWithoutLease))
          lease = await deadline.answered(leases.take(topic, deadline.at));
        const answer = await states.of(topic, procedure).exclusively((fold) => attempt(fold, lease));
        if (answer.ok) return answer;
        conflict = answer;
      }
      throw tooBusy(topic);
    } finally {
      if (lease) void leases.release(lease);
    }
  }

  async function attempt(fold: TopicFold, lease?: Lease): Promise<AppendAnswer<Cursor | undefined, Lease | undefined>> {
    // A state that was folded before is mostly at the head, so try without reading first.
    if (fold.cursor === undefined || fold.isOver) await fold.advance();
    let folded: FoldedAhead;
    try {
      folded = fold.foldAhead(events);
    } catch {
      // Events that do not fold into an outdated state may fold into the current one.
      await fold.advance();
      folded = fold.foldAhead(events);
    }
    // Entries after an end are not part of the topic, so they may go anywhere.
    const after = fold.isOver ? undefined : folded.after;
    try {
      deadline.send();
      // One that is not answered in time gives its turn on. If it is appended later, then only where it was folded: it is
      // refused as soon as another is appended, and makes the next look again if it was first.
      const answer = await deadline.answered(
        log.append(topic, folded.events, { ...options, ...(after && folded.options), stateful: true, after, lease }),
      );
      deadline.isSent = answer.ok;
      if (answer.ok && !answer.duplicate && after) fold.adopt(folded, answer);
      else fold.drop();
      if (!answer.ok && answer.reason === "moved") await fold.take(folded.after, answer.since);
      return answer;
    } catch (error) {
      fold.drop();
      throw error;
    }
  }
}
