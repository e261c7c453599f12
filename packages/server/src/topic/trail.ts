import type { Opened, Position } from "@sluice/log";
import type { Batch } from "./batch.js";

/** After so many batches nobody is led on: who is that far behind reads. */
const longest = 32;

/**
 * A place where a tail stood, and the way that it went from there. Nobody keeps it but who has begun to read there, and so finds out
 * what was handed out meanwhile without reading again. It is short, as are reads: whoever waits for longer keeps a cursor.
 */
export class Step {
  readonly at: Position;
  /** What was handed out there. Absent: nothing yet, or the way ends here. */
  batch: Batch | undefined;
  /** Where that led. */
  next: Step | undefined;
  readonly #left: number;

  constructor(at: Position, left = longest) {
    this.at = at;
    this.#left = left;
  }

  /** The place after a batch. */
  after(batch: Batch): Step {
    if (this.#left === 0) return new Step(batch.end);
    this.batch = batch;
    this.next = new Step(batch.end, this.#left - 1);
    return this.next;
  }
}

/** What was seen of a topic, and where its tail stood before. */
export interface Look {
  /** Absent: nothing was read, because the topic ended there. */
  readonly opened?: Opened | undefined;
  readonly step: Step;
}
