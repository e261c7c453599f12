import type { Cursor, LogEntry } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";

/** An event on its way to the log. If the store didn't answer, it may be there already. */
export class PendingEvent {
  readonly event: EncodedEvent;
  /** Where the topic ended before its first append. An equal event up to there is another one. */
  readonly #after: Cursor;
  /** The store didn't answer an append of it. */
  isUnsure = false;
  #isFound = false;
  #isTrimmed = false;

  constructor(event: EncodedEvent, after: Cursor) {
    this.event = event;
    this.#after = after;
  }

  /** The append that the store didn't answer has happened. */
  get isAppended(): boolean {
    return this.isUnsure && this.#isFound;
  }

  /** Nothing can say whether it was appended: it may be trimmed by now. */
  get isLost(): boolean {
    return this.isUnsure && this.#isTrimmed;
  }

  /** Looks for it in what was read. The read may have begun before its first append was sent. */
  findIn(entries: readonly LogEntry[]): void {
    const { type, data } = this.event.logged;
    this.#isFound ||= entries.some(
      (entry) => entry.cursor.offset > this.#after.offset && entry.data === data && entry.type === type,
    );
  }

  /** The entries up to `oldest` are trimmed, and were not read. */
  miss(oldest: Cursor): void {
    this.#isTrimmed ||= oldest.offset > this.#after.offset;
  }
}
