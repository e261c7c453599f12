import type { AnySubscription } from "@sluice/contract";
import type { LogEntry, Position, ReadPage } from "@sluice/log";
import { Batch, lengthOf } from "./batch.js";

/** How many characters of frames are kept for those who catch up, of all topics together: 4 Mi. */
const budget = 4 * 1024 * 1024;
/** Pages shorter than this are encoded as fast as they are found. */
const worthwhile = 16;
/** Most characters of frames that are handed to a socket at once: what a stalled one may hold. */
const slice = 64 * 1024;

/** Where a page of history starts. */
export interface PageStart {
  readonly topic: string;
  readonly procedure: AnySubscription;
  readonly from: Position;
}

/**
 * The pages that those who catch up asked for last, encoded. After a server's restart or a broken network many clients
 * read the same history, at about the same time.
 */
export class Pages {
  readonly #pages = new Map<string, Batch>();
  #length = 0;

  /**
   * What follows `from`, of what was read there: as many entries as a socket is handed at once, and one at least. It is the
   * batch made before, if it is the same, or a new one.
   */
  get({ topic, procedure, from }: PageStart, { entries, end }: Pick<ReadPage, "entries" | "end">): Batch {
    const fitting = fittingOf(entries);
    const last = fitting.length < entries.length ? (fitting.at(-1) as LogEntry).position : end;
    if (fitting.length < worthwhile) return new Batch(procedure, from, fitting, last);
    const key = `${from.offset} ${topic}`;
    const kept = this.#pages.get(key);
    if (kept) this.#drop(key, kept);
    const isSame = kept && kept.procedure === procedure && isSamePlace(kept.from, from) && isSamePlace(kept.end, last);
    const batch = isSame ? kept : new Batch(procedure, from, fitting, last);
    this.#pages.set(key, batch);
    this.#length += batch.length;
    for (const [oldest, { length }] of this.#pages) {
      if (this.#length <= budget || oldest === key) break;
      this.#pages.delete(oldest);
      this.#length -= length;
    }
    return batch;
  }

  #drop(key: string, { length }: Batch): void {
    this.#pages.delete(key);
    this.#length -= length;
  }
}

const isSamePlace = (a: Position, b: Position) => a.offset === b.offset && a.mark === b.mark && a.epoch === b.epoch;

function fittingOf(entries: readonly LogEntry[]): readonly LogEntry[] {
  let length = 0;
  for (let index = 0; index < entries.length; index++) {
    length += lengthOf(entries[index] as LogEntry);
    if (length > slice && index > 0) return entries.slice(0, index);
  }
  return entries;
}
