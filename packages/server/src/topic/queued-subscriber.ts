import type { Batch } from "./batch.js";

/** A subscriber at the head of a topic that takes each batch. */
export interface QueuedSubscriber {
  deliver(batch: Batch): void;
  /** The tail has skipped entries (the engine trimmed them, or failed): the subscriber reads the log itself. */
  lost(): void;
}
