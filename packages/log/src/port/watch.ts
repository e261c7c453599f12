import type { Cursor, LogEntry } from "./entry.js";

/**
 * Entries that were appended, told together with the news of them. A hint: it may be left out, get lost, come late or come twice.
 *
 * A reader at `before` can take the entries instead of reading. A reader at the last entry's cursor has them already, because equal
 * cursors mean equal history. Any other reader reads, also one whose cursor is beyond the entries: the store may have lost its
 * tail.
 */
export interface Wakeup {
  readonly before: Cursor;
  /** In order, without a gap, directly after `before`. At least one. */
  readonly entries: readonly LogEntry[];
}

export interface Watch {
  /**
   * Resolves when the watch is in force: every append from then on is told, earlier ones may not be. Rejects with a `LogError` if the
   * topic can't be watched; then stop the watch. Always settles, also if the watch is stopped first. An engine handles the rejection
   * itself, so nobody has to await or catch it.
   */
  readonly ready: Promise<void>;
  /** Ends the watch: `onAppend` is not called any more. A second call does nothing. */
  stop(): void;
}
