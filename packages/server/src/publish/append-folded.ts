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

/** Where to append, and by which right, is decided here and not by the caller. */
export type UnconditionalOptions = Omit<AppendOptions, "after" | "lease">;

/** An append that lost so many races asks for the topic's lease, which keeps all other writers out. */
const freeTries = 5;
/** Then only a lease that runs out, or an append that folds nothing, can come in between. */
const mostTries = 16;

/**
 * Appends events at the place where they have been folded, and nowhere else: behind anything newer they might not fold any more. If the
 * topic has moved on, what is new is folded and the append is tried again.
 *
 * @throws SluiceError `unavailable` if the topic can't be had in time, see `waitForLease`, or has moved on 16 times: nothing is appended.
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
    // A retry is answered like its first, whatever is thought of its events by now.
    const first = idempotencyKey !== undefined && (await log.findAppend(topic, idempotencyKey).catch(() => undefined));
    if (first) return { ok: true, duplicate: true, position: first };
    throw error;
  }

  async function appendIn(fold: TopicFold): Promise<Appended> {
    let lease: Lease | undefined;
    try {
      // A publisher that has folded the topic before is mostly at its head, and need not look.
      let isFresh = fold.position === undefined || fold.isOver;
      if (isFresh) await fold.advance();
      for (let tries = 1; tries <= mostTries; tries++) {
        const ahead = isFresh ? fold.foldAhead(events) : await aheadOrFresh(fold);
        const answer = await append(fold, ahead, lease);
        if (answer.ok) return answer;
        isFresh = answer.reason === "moved";
        if (answer.reason === "moved") await fold.take(ahead.after, answer.since);
        if (answer.reason === "leased" || (!lease && tries >= freeTries)) lease = await waitForLease(log, topic);
      }
      throw tooBusy(topic);
    } finally {
      if (lease) log.release(lease).catch(() => {}); // it runs out by itself
    }
  }

  /** What doesn't fold into a state that is behind may fold into the one that is. */
  async function aheadOrFresh(fold: TopicFold): Promise<FoldedAhead> {
    try {
      return fold.foldAhead(events);
    } catch {
      await fold.advance();
      return fold.foldAhead(events);
    }
  }

  async function append(fold: TopicFold, ahead: FoldedAhead, lease: Lease | undefined) {
    // Events behind a topic's end are not folded, wherever they stand.
    const after = fold.isOver ? undefined : ahead.after;
    try {
      const answer = await log.append(topic, ahead.events, { ...options, stateful: true, after, lease });
      if (answer.ok && !answer.duplicate && after) fold.adopt(ahead, answer);
      else fold.drop();
      return answer;
    } catch (error) {
      fold.drop();
      throw error;
    }
  }
}
