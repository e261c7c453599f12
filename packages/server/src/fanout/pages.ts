import type { Position, ReadPage } from "@sluice/log";
import type { Batch } from "./batch.js";

/** How many characters of frames are kept for those who catch up: 4 Mi. */
const budget = 4 * 1024 * 1024;
/** Pages shorter than this are encoded as fast as they are found. */
const worthwhile = 16;

/**
 * The pages that those who catch up asked for last, encoded. After a server's restart or a broken network many clients
 * read the same history at the same time.
 */
export class Pages {
  readonly #pages = new Map<number, Batch>();
  #size = 0;

  /** The batch for a page: the one made before, if it is the same, or a new one. */
  get(from: Position, { entries, end }: Pick<ReadPage, "entries" | "end">, make: () => Batch): Batch {
    if (entries.length < worthwhile) return make();
    const kept = this.#pages.get(from.offset);
    if (kept && kept.from.epoch === from.epoch && kept.from.mark === from.mark && kept.end.offset === end.offset) {
      return kept;
    }
    const batch = make();
    if (kept) this.#drop(from.offset, kept);
    this.#pages.set(from.offset, batch);
    this.#size += batch.length;
    for (const [offset, oldest] of this.#pages) {
      if (this.#size <= budget || oldest === batch) break;
      this.#drop(offset, oldest);
    }
    return batch;
  }

  #drop(offset: number, batch: Batch): void {
    this.#pages.delete(offset);
    this.#size -= batch.length;
  }
}
