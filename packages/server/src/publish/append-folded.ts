import { type AnySubscription, SluiceError } from "@sluice/contract";
import type { Appended, AppendOptions, Log } from "@sluice/log";
import type { FoldedAhead, TopicFold } from "../topic/topic-fold.js";
import type { TopicStates } from "../topic/topic-states.js";
import type { EncodedEvent } from "./encode-event.js";

export interface TopicEvents {
  readonly procedure: AnySubscription;
  readonly topic: string;
  readonly events: readonly EncodedEvent[];
}

/** Where to append is said here, and not by the caller. */
export type UnconditionalOptions = Omit<AppendOptions, "after" | "lease">;

/**
 * How often an append is tried while others append to the same topic. Of those who are at it together one gets through each
 * time, so that many are enough for hundreds of writers, and it ends for whoever is always the slowest.
 */
const mostTries = 256;

/**
 * Appends events where they have been folded, and nowhere else: had something been appended since, they might not fold any
 * more. Then what came is folded, and they are tried again.
 *
 * @throws SluiceError `unavailable` if others were faster 256 times, or somebody holds the topic's lease: nothing is appended.
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
    // Who has folded before mostly stands where the topic ends, and need not look.
    let isFresh = fold.position === undefined || fold.isOver;
    if (isFresh) await fold.advance();
    for (let tries = 0; tries < mostTries; tries++) {
      const ahead = isFresh ? fold.ahead(events) : await aheadOrFresh(fold);
      const answer = await append(fold, ahead);
      if (answer) return answer;
      isFresh = true;
    }
    throw new SluiceError("unavailable", {
      message: `"${procedure.path}" is published to by too many at once: others were faster ${mostTries} times`,
      retryAfter: 1_000,
    });
  }

  /** What doesn't fold into a state that is behind may fold into the one that is. */
  async function aheadOrFresh(fold: TopicFold): Promise<FoldedAhead> {
    try {
      return fold.ahead(events);
    } catch {
      await fold.advance();
      return fold.ahead(events);
    }
  }

  /** `undefined`: others were faster, and what they appended is folded. */
  async function append(fold: TopicFold, ahead: FoldedAhead): Promise<Appended | undefined> {
    // What follows an end is no part of the topic, wherever it stands.
    const after = fold.isOver ? undefined : ahead.after;
    try {
      const answer = await log.append(topic, ahead.events, { ...options, stateful: true, after });
      if (answer.ok && !answer.duplicate && after) fold.adopt(ahead, answer);
      else fold.drop();
      if (answer.ok) return answer;
      if (answer.reason === "leased") {
        const message = `"${procedure.path}" is being written by somebody who holds its lease`;
        throw new SluiceError("unavailable", { message, retryAfter: 1_000 });
      }
      await fold.take(ahead.after, answer.since);
      return undefined;
    } catch (error) {
      fold.drop();
      throw error;
    }
  }
}
