import type { Cursor } from "@sluice/log";
import type { Batch, DecodedEvent } from "../topic/batch.js";

/**
 * Which of a batch's entries a subscriber gets: those after its place that its filter lets through, if it has one, and the entry that
 * ends subscribers.
 *
 * @param count the number of entries that concern it
 */
export function pickFrom(
  batch: Batch,
  place: Cursor,
  filter: ((event: DecodedEvent) => boolean) | undefined,
  count: number = batch.entries.length,
): readonly number[] {
  const picked: number[] = [];
  const last = batch.isLast ? batch.entries.length - 1 : -1;
  for (let index = 0; index < count; index++) {
    if (hasReached(place, batch.entries[index]?.cursor as Cursor)) continue;
    const event = filter && index !== last && batch.event(index);
    if (!filter || index === last || (event && filter(event))) picked.push(index);
  }
  return picked;
}

/** Whether who stands at `place` has been handed what is at a cursor. */
export const hasReached = (place: Cursor, { offset, epoch }: Cursor): boolean =>
  offset <= place.offset && epoch === place.epoch;
