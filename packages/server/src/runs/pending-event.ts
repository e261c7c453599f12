import type { Cursor, LogEntry } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";
import { versionEntry } from "../topic/entry.js";

/**
 * An event on its way to the log. If the store didn't answer, it may be there already. Each attempt needs the log to end at a cursor,
 * so there is one place where the event can be: right behind that. An equal event elsewhere is somebody else's.
 */
export class PendingEvent {
  readonly event: EncodedEvent;
  /** Where the topic ended for the last attempt. Earlier ones elsewhere have failed: what is there was read. */
  #after = -1;
  /** The event's place, if its attempt happened. */
  #place = 0;
  #isUnsure = false;
  #isFound = false;
  #isTrimmed = false;

  constructor(event: EncodedEvent) {
    this.event = event;
  }

  /** The append that the store didn't answer has happened. */
  get isAppended(): boolean {
    return this.#isUnsure && this.#isFound;
  }

  /** Nothing can say whether it was appended: it may be trimmed by now. */
  get isLost(): boolean {
    return this.#isUnsure && this.#isTrimmed;
  }

  /** To be called before an append that needs the topic to end at `after`. */
  attempt(after: Cursor): void {
    if (after.offset === this.#after) return;
    this.#after = after.offset;
    this.#place = after.offset + 1;
    this.#isUnsure = false;
    this.#isFound = false;
    this.#isTrimmed = false;
  }

  /** The store didn't answer the attempt. */
  doubt(): void {
    this.#isUnsure = true;
  }

  /** Looks for it in what was read. The read may have begun before the attempt. */
  findIn(entries: readonly LogEntry[]): void {
    const { type, data } = this.event.logged;
    for (const entry of entries) {
      if (entry.cursor.offset !== this.#place) continue;
      if (versionEntry.read(entry) !== undefined)
        this.#place++; // the first append to a topic begins with it
      else this.#isFound = entry.data === data && entry.type === type;
    }
  }

  /** The entries up to `oldest` are trimmed, and were not read. */
  miss(oldest: Cursor): void {
    this.#isTrimmed ||= oldest.offset >= this.#place;
  }
}
