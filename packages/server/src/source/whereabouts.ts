import type { Cursor } from "@sluice/log";
import type { RunSubscriber } from "../runs/lead.js";
import type { Tail } from "../topic/tail.js";

/** A subscriber of a topic that has a source, on this server. */
export interface SourceSubscriber extends RunSubscriber {
  readonly tail: RunSubscriber["tail"] & Pick<Tail, "cursor">;
}

/** The furthest place up to which one of the subscribers was handed the topic. `undefined`: there are none. */
export function furthest(subscribers: Iterable<SourceSubscriber>): Cursor | undefined {
  let found: Cursor | undefined;
  for (const subscriber of subscribers) {
    const place = placeOf(subscriber);
    if (!found || place.epoch !== found.epoch || place.offset > found.offset) found = place;
  }
  return found;
}

/** Whether a subscriber was handed everything up to a cursor. */
export function isPast(subscriber: SourceSubscriber, { epoch, offset }: Cursor): boolean {
  const place = placeOf(subscriber);
  return place.epoch !== epoch || place.offset >= offset;
}

/** Who has read nothing so far begins with what its tail has handed out already. */
const placeOf = ({ reader: { place }, tail }: SourceSubscriber): Cursor => (place.epoch === "" ? tail.cursor : place);
