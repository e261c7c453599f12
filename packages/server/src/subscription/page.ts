import type { AnySubscription } from "@sluice/contract";
import type { Cursor, LogEntry, ReadPage } from "@sluice/log";
import { sizeOf } from "../topic/batch.js";
import { firstUnknown, pageBefore } from "../topic/known-entries.js";

/** Entries that a subscriber reads at once to catch up. */
export const pageLength = 256;
/** Batches end where an offset is a multiple of this, so that subscribers that catch up at the same time share batches. */
const boundary = 1_024;

/**
 * The cursor before a page that was read from `"oldest"` or `{ last }`. Its mark is unknown, but for offset 0: the log cannot be
 * read from it.
 */
export function beginningOf({ entries: [first], end }: ReadPage): Cursor {
  if (!first) return end;
  const { epoch, offset } = first.cursor;
  return { epoch, offset: offset - 1, mark: offset === 1 ? "0" : "" };
}

/** The first entries of a page, up to a boundary, or to an entry that this contract does not know. `undefined`: it begins with such an entry. */
export function firstPartOf(
  procedure: AnySubscription,
  page: ReadPage,
  { offset }: Cursor,
): Pick<ReadPage, "entries" | "end"> | undefined {
  const unknown = firstUnknown(procedure, page.entries);
  if (unknown === 0) return undefined;
  const toBoundary = boundary - (offset % boundary);
  const most = unknown < 0 ? toBoundary : Math.min(unknown, toBoundary);
  return page.entries.length <= most ? page : pageBefore(page, most);
}

/**
 * The page without its first entries, if it reaches the head or fills another batch. `undefined`: the log is to be read from there,
 * as by others that catch up, so that they share the next batch.
 */
export function restOf(page: ReadPage, taken: number, maxBytes: number): ReadPage | undefined {
  const entries = page.entries.slice(taken);
  if (page.end.offset < page.head.offset && !exceeds(entries, maxBytes)) return undefined;
  return { ...page, entries };
}

function exceeds(entries: readonly LogEntry[], maxBytes: number): boolean {
  let size = 0;
  return entries.some((entry) => {
    size += sizeOf(entry);
    return size > maxBytes;
  });
}
