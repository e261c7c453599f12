import type { Cursor } from "@sluice/log";
import type { Batch, DecodedEvent } from "../topic/batch.js";

/** Which of a batch's entries a subscriber gets: those after its place that its filter lets through, if it has one. */
export function pickFrom(
  batch: Batch,
  place: Cursor,
  filter: ((event: DecodedEvent) => boolean) | undefined,
): readonly number[] {
  const picked: number[] = [];
  for (let index = 0; index < batch.entries.length; index++) {
    if (hasReached(place, batch.entries[index]?.cursor as Cursor)) continue;
    const event = filter && batch.event(index);
    if (!filter || (event && filter(event))) picked.push(index);
  }
  return picked;
}

/** Whether who stands at `place` has been handed what is at a cursor. */
export const hasReached = (place: Cursor, { offset, epoch }: Cursor): boolean =>
  offset <= place.offset && epoch === place.epoch;
