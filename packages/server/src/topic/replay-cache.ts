import type { AnySubscription } from "@sluice/contract";
import type { LogEntry, Position, ReadPage } from "@sluice/log";
import { Batch, sizeOf } from "./batch.js";
import { isSameCursor } from "./same-cursor.js";

/** How many bytes of frames are kept for those who catch up, of all topics together: 4 Mi. */
const budget = 4 * 1024 * 1024;
/** ReplayCache shorter than this are encoded as fast as they are found. */
const worthwhile = 16;

/** Where a page of history starts. */
export interface PageStart {
  readonly topic: string;
  readonly procedure: AnySubscription;
  readonly from: Position;
  /** Most bytes of it, where that is less than a socket is handed at once. */
  readonly maxBytes?: number | undefined;
}

/**
 * The pages that those who catch up asked for last, encoded. After a server's restart or a broken network many clients
 * read the same history, at about the same time.
 */
export class ReplayCache {
  readonly #bufferedBytes: number;
  readonly #pages = new Map<string, Batch>();
  #size = 0;

  /** @param bufferedBytes most bytes that a socket is handed at once. */
  constructor(bufferedBytes: number) {
    this.#bufferedBytes = bufferedBytes;
  }

  /**
   * What follows `from`, of what was read there: as many entries as a socket is handed at once, and one at least. It is the
   * batch made before, if it is the same, or a new one.
   */
  get({ topic, procedure, from, maxBytes }: PageStart, { entries, end }: Pick<ReadPage, "entries" | "end">): Batch {
    const bytes = Math.min(this.#bufferedBytes, maxBytes ?? this.#bufferedBytes);
    const fitting = fittingOf(entries, bytes);
    const last = fitting.length < entries.length ? (fitting.at(-1) as LogEntry).position : end;
    if (fitting.length < worthwhile) return new Batch(procedure, from, fitting, last);
    const key = `${from.offset} ${bytes} ${topic}`;
    const kept = this.#pages.get(key);
    if (kept) this.#drop(key, kept);
    const isSame =
      kept && kept.procedure === procedure && isSameCursor(kept.from, from) && isSameCursor(kept.end, last);
    const batch = isSame ? kept : new Batch(procedure, from, fitting, last);
    this.#pages.set(key, batch);
    this.#size += batch.size;
    for (const [oldest, page] of this.#pages) {
      if (this.#size <= budget || oldest === key) break;
      this.#drop(oldest, page);
    }
    return batch;
  }

  #drop(key: string, { size }: Batch): void {
    this.#pages.delete(key);
    this.#size -= size;
  }
}

function fittingOf(entries: readonly LogEntry[], bytes: number): readonly LogEntry[] {
  let size = 0;
  for (let index = 0; index < entries.length; index++) {
    size += sizeOf(entries[index] as LogEntry);
    if (size > bytes && index > 0) return entries.slice(0, index);
  }
  return entries;
}
