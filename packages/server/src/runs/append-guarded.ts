import type { AnySubscription } from "@sluice/contract";
import type { AppendAnswer, Cursor, LeaseRequest, Log } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { isSameCursor } from "../topic/same-cursor.js";
import type { TopicStates } from "../topic/topic-states.js";

/** The conditions of an append. */
export interface Guard {
  /** The topic ends here. */
  readonly after: Cursor;
  /** Nobody else holds the topic's lease. Absent: the append takes no lease. */
  readonly lease?: LeaseRequest | undefined;
}

interface Sources {
  readonly log: Log;
  readonly states: TopicStates;
}

interface Target {
  readonly procedure: AnySubscription;
  readonly topic: string;
}

/**
 * Tries once to append an event. `undefined`, for events that fold into state: the state is folded past `guard.after`, so
 * the topic doesn't end there.
 *
 * @throws SluiceError `contractMismatch` if the event doesn't fold: nothing is appended.
 */
export function appendGuarded(
  { log, states }: Sources,
  { procedure, topic }: Target,
  event: EncodedEvent,
  { after, lease }: Guard,
): Promise<AppendAnswer | undefined> {
  if (!procedure.state) return log.append(topic, [event.logged], { after, lease });
  return states.of(topic, procedure).exclusively(async (fold) => {
    // After the run's own events the state is at the head, so nothing is read.
    if (!fold.cursor || !isSameCursor(fold.cursor, after)) await fold.advance();
    // A state that has this event already can't fold it again.
    if (!fold.cursor || !isSameCursor(fold.cursor, after)) return undefined;
    const folded = fold.foldAhead([event]);
    try {
      const answer = await log.append(topic, folded.events, { ...folded.options, after, lease, stateful: true });
      if (answer.ok && !answer.duplicate) fold.adopt(folded, answer);
      else fold.drop();
      return answer;
    } catch (error) {
      fold.drop();
      throw error;
    }
  });
}
