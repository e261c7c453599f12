import type { AnySubscription } from "@sluice/contract";
import type { Position, ReadPage } from "@sluice/log";
import { firstUnknown, pageBefore } from "../topic/known-entries.js";

/** How many entries are read at once to catch up. */
export const pageLength = 256;
/** What is handed out ends where an offset is a multiple of this, so that those who catch up together come to share it. */
const boundary = 1_024;

/**
 * Where a page begins that was read from the oldest entry, or from the last ones, on. What is before its first entry has a mark that
 * nobody was told, so that this place can be stood at, but not be read from.
 */
export function beginningOf({ entries: [first], end }: ReadPage): Position {
  if (!first) return end;
  const { epoch, offset } = first.position;
  return { epoch, offset: offset - 1, mark: offset === 1 ? "0" : "" };
}

/** What is handed out of a page first: up to a boundary, or to an entry that this contract doesn't know. `undefined`: it begins with one. */
export function firstPartOf(
  procedure: AnySubscription,
  page: ReadPage,
  { offset }: Position,
): Pick<ReadPage, "entries" | "end"> | undefined {
  const unknown = firstUnknown(procedure, page.entries);
  if (unknown === 0) return undefined;
  const toBoundary = boundary - (offset % boundary);
  const most = unknown < 0 ? toBoundary : Math.min(unknown, toBoundary);
  return page.entries.length <= most ? page : pageBefore(page, most);
}

/** What is left of a page when its first entries were taken. `undefined`: it is to be read from there on, as others do. */
export function restOf(page: ReadPage, taken: number, { offset }: Position): ReadPage | undefined {
  const isToBeShared = offset % boundary === 0 && page.end.offset < page.head.offset;
  return isToBeShared ? undefined : { ...page, entries: page.entries.slice(taken) };
}
