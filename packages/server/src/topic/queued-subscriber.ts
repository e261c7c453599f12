import type { Cursor } from "@sluice/log";
import type { Batch } from "./batch.js";

/** A subscriber at the head of a topic that takes each batch. */
export interface QueuedSubscriber {
  /** Up to here it has read the log, perhaps further than its tail. Absent: it doesn't read it. */
  readonly place?: Cursor;
  deliver(batch: Batch): void;
  /** The tail has skipped entries (the engine trimmed or lost them, or failed): the subscriber reads the log itself. */
  lost(): void;
}
