import type { Cursor, Opened } from "@sluice/log";
import type { Batch } from "./batch.js";

/** Most steps that are linked. A subscriber that is further behind reads the log. */
const longest = 32;

/**
 * A cursor of a tail, linked to the batches that it has handed out since. A subscriber that reads the log holds the step at which
 * its read began: afterwards it takes the batches from there, and need not read again. Only such subscribers hold steps, and the
 * links are few: a subscriber that waits for its client holds nothing but a cursor.
 */
export class Step {
  readonly at: Cursor;
  /** The batch that leads to the next step. `undefined`, where there is one: the tail has read the log, and found its head here. */
  batch: Batch | undefined;
  /** `undefined`: there is none yet, or it is not linked. */
  next: Step | undefined;
  readonly #left: number;

  constructor(at: Cursor, left = longest) {
    this.at = at;
    this.#left = left;
  }

  /** The step after a batch, linked to this one. Without a batch: after a read of the log, which has its head here. */
  after(batch?: Batch): Step {
    const at = batch?.end ?? this.at;
    if (this.#left === 0) return new Step(at);
    this.batch = batch;
    this.next = new Step(at, this.#left - 1);
    return this.next;
  }
}

/** What a subscriber has read of a topic, and the tail's step when the read began. */
export interface Look {
  /** Absent: nothing was read, because the topic ended at the step. */
  readonly opened?: Opened | undefined;
  readonly step: Step;
}
