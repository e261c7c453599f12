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

/**
 * Caches the encoded pages of history that were requested last. After a restart or a network outage, many clients read
 * the same history at about the same time.
 */
export class ReplayCache {
  readonly #bufferedBytes: number;
  readonly #pages = new Map<string, Batch>();
  #size = 0;

  /** @param bufferedBytes most bytes that are written to a socket at once */
  constructor(bufferedBytes: number) {
    this.#bufferedBytes = bufferedBytes;
  }

  /**
   * Returns the entries after `from` as one batch: as many as a socket takes at once, but at least one. It is the
   * cached batch if that has the same entries.
   */
  get({ topic, procedure, from, maxBytes }: PageStart, { entries, end }: Pick<ReadPage, "entries" | "end">): Batch {
    const bytes = Math.min(this.#bufferedBytes, maxBytes ?? this.#bufferedBytes);
    const fitting = entriesThatFit(entries, bytes);
    const last = fitting.length < entries.length ? (fitting.at(-1) as LogEntry).cursor : end;
    if (fitting.length < minEntries) return new Batch(procedure, from, fitting, last);
    const key = `${from.offset} ${bytes} ${topic}`;
    const kept = this.#pages.get(key);
    if (kept) this.#drop(key, kept);
    const isSame =
      kept && kept.procedure === procedure && isSameCursor(kept.from, from) && isSameCursor(kept.end, last);
    const batch = isSame ? kept : new Batch(procedure, from, fitting, last);
    this.#pages.set(key, batch);
    this.#size += batch.size;
    for (const [oldest, page] of this.#pages) {
      if (this.#size <= maxCachedBytes || oldest === key) break;
      this.#drop(oldest, page);
    }
    return batch;
  }

  #drop(key: string, { size }: Batch): void {
    this.#pages.delete(key);
    this.#size -= size;
  }
}

function entriesThatFit(entries: readonly LogEntry[], bytes: number): readonly LogEntry[] {
  let size = 0;
  for (let index = 0; index < entries.length; index++) {
    size += sizeOf(entries[index] as LogEntry);
    if (size > bytes && index > 0) return entries.slice(0, index);
  }
  return entries;
}
