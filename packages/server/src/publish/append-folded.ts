import type { AnySubscription } from "@sluice/contract";
import type { Appended, AppendOptions, Lease, Log } from "@sluice/log";
import type { FoldedAhead, TopicFold } from "../topic/topic-fold.js";
import type { TopicStates } from "../topic/topic-states.js";
import type { EncodedEvent } from "./encode-event.js";
import { tooBusy, waitForLease } from "./wait-for-lease.js";

export interface TopicEvents {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly events: readonly EncodedEvent[];
}

/** `appendFolded` chooses both. */
export type UnconditionalOptions = Omit<AppendOptions, "after" | "lease">;

/** After this many lost races, a publisher takes the topic's lease, which keeps out all other publishers. */
const attemptsWithoutLease = 5;
/** With the lease, an append can still fail: the lease may expire, or a writer may append without `after`. */
const maxAttempts = 16;

/**
 * Appends events only at the cursor where they were folded: after other events, they may no longer fold. If the topic
 * has moved, it folds the new entries and tries again.
 *
 * @throws SluiceError `unavailable` after 16 failed attempts, or if the topic's lease is not free in time (see
 * `waitForLease`): nothing is appended.
 */
export async function appendFolded(
  { log, states }: { readonly log: Log; readonly states: TopicStates },
  { procedure, topic, events }: TopicEvents,
  options: UnconditionalOptions,
): Promise<Appended> {
  const { idempotencyKey } = options;
  const state = states.of(topic, procedure);
  try {
    return await state.exclusively((fold) => appendIn(fold));
  } catch (error) {
    // A retry gets the answer of the first publish, even if its events no longer fold.
    const first = idempotencyKey !== undefined && (await log.findAppend(topic, idempotencyKey).catch(() => undefined));
    if (first) return { ok: true, duplicate: true, cursor: first };
    throw error;
  }

  async function appendIn(fold: TopicFold): Promise<Appended> {
    let lease: Lease | undefined;
    try {
      // A state that was folded before is mostly at the head, so try without reading first.
      let isFresh = fold.cursor === undefined || fold.isOver;
      if (isFresh) await fold.advance();
      for (let attempts = 1; attempts <= maxAttempts; attempts++) {
        const folded = isFresh ? fold.foldAhead(events) : await foldAheadFresh(fold);
        const answer = await append(fold, folded, lease);
        if (answer.ok) return answer;
        isFresh = answer.reason === "moved";
        if (answer.reason === "moved") await fold.take(folded.after, answer.since);
        if (answer.reason === "leased" || (!lease && attempts >= attemptsWithoutLease))
          lease = await waitForLease(log, topic);
      }
      throw tooBusy(topic);
    } finally {
      if (lease) log.release(lease).catch(() => {}); // it expires by itself
    }
  }

  /** Events that do not fold into an outdated state may fold into the current one. */
  async function foldAheadFresh(fold: TopicFold): Promise<FoldedAhead> {
    try {
      return fold.foldAhead(events);
    } catch {
      await fold.advance();
      return fold.foldAhead(events);
    }
  }

  async function append(fold: TopicFold, folded: FoldedAhead, lease: Lease | undefined) {
    // Entries after an end are not part of the topic, so they may go anywhere.
    const after = fold.isOver ? undefined : folded.after;
    try {
      const answer = await log.append(topic, folded.events, { ...options, stateful: true, after, lease });
      if (answer.ok && !answer.duplicate && after) fold.adopt(folded, answer);
      else fold.drop();
      return answer;
    } catch (error) {
      fold.drop();
      throw error;
    }
  }
}
