import type { AnySubscription } from "@sluice/contract";
import type { Cursor, LogEntry, ReadPage } from "@sluice/log";
import { Batch, sizeOf } from "./batch.js";
import { isSameCursor } from "./same-cursor.js";

/** Most bytes of frames that are cached, of all topics together: 4 Mi. */
const maxCachedBytes = 4 * 1024 * 1024;
/** Entries from which on a page is cached. Encoding a shorter one is as fast as finding it. */
const minEntries = 16;

/** The start of a page of history. */
export interface PageStart {
  readonly topic: string;
  readonly procedure: AnySubscription;
  readonly from: Cursor;
  /** Most bytes of the page, if fewer than a socket takes at once. */
  readonly maxBytes?: number | undefined;
}

interface CachedPage {
  readonly batch: Batch;
  /** It has all entries of a socketful, or up to the topic's end. A page that ended at the head can grow. */
  readonly isFull: boolean;
}

/**
 * Caches the encoded pages of history that were requested last. After a restart or a network outage, many clients read
 * the same history at about the same time.
 */
export class ReplayCache {
  readonly #bufferedBytes: number;
  readonly #pages = new Map<string, CachedPage>();
  #size = 0;

  /** @param bufferedBytes most bytes that are written to a socket at once */
  constructor(bufferedBytes: number) {
    this.#bufferedBytes = bufferedBytes;
  }

  /**
   * Returns the entries after `from` as one batch: as many as a socket takes at once, but at least one. It is the
   * cached batch if that has the same entries.
   */
  get(start: PageStart, page: Pick<ReadPage, "entries" | "end">): Batch {
    const { topic, procedure, from, maxBytes } = start;
    const bytes = Math.min(this.#bufferedBytes, maxBytes ?? this.#bufferedBytes);
    const key = `${from.offset} ${bytes} ${topic}`;
    const kept = this.#pages.get(key);
    if (kept) this.#drop(key, kept);
    const isSame = kept && hasSameEntries(kept, start, page);
    const cached = isSame ? kept : encodedPage(procedure, from, page, bytes);
    if (cached.batch.entries.length >= minEntries) this.#keep(key, cached);
    return cached.batch;
  }

  #keep(key: string, page: CachedPage): void {
    this.#pages.set(key, page);
    this.#size += page.batch.size;
    for (const [oldest, other] of this.#pages) {
      if (this.#size <= maxCachedBytes || oldest === key) break;
      this.#drop(oldest, other);
    }
  }

  #drop(key: string, { batch }: CachedPage): void {
    this.#pages.delete(key);
    this.#size -= batch.size;
  }
}

/** Cursors are hashes of the history before them, so equal cursors at both ends mean equal entries: no entry is looked at. */
function hasSameEntries(
  { batch, isFull }: CachedPage,
  { procedure, from }: PageStart,
  { entries }: Pick<ReadPage, "entries">,
): boolean {
  const count = batch.entries.length;
  if (batch.procedure !== procedure || (!isFull && count !== entries.length)) return false;
  const last = entries[count - 1];
  return last !== undefined && isSameCursor(batch.from, from) && isSameCursor(batch.end, last.cursor);
}

function encodedPage(
  procedure: AnySubscription,
  from: Cursor,
  { entries, end }: Pick<ReadPage, "entries" | "end">,
  bytes: number,
): CachedPage {
  const fitting = entriesThatFit(entries, bytes);
  const isCut = fitting.length < entries.length;
  const batch = new Batch(procedure, from, fitting, isCut ? (fitting.at(-1) as LogEntry).cursor : end);
  return { batch, isFull: isCut || batch.isLast };
}

function entriesThatFit(entries: readonly LogEntry[], bytes: number): readonly LogEntry[] {
  let size = 0;
  for (let index = 0; index < entries.length; index++) {
    size += sizeOf(entries[index] as LogEntry);
    if (size > bytes && index > 0) return entries.slice(0, index);
  }
  return entries;
}
