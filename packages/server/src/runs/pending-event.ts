import type { LogEntry } from "@sluice/log";
import type { EncodedEvent } from "../publish/encode-event.js";

/** An event on its way to the log. If the store didn't answer, it may be there already. */
export class PendingEvent {
  readonly event: EncodedEvent;
  /** The store didn't answer an append of it. */
  isUnsure = false;
  #isFound = false;
  #isTrimmed = false;

  constructor(event: EncodedEvent) {
    this.event = event;
  }

  /** The append that the store didn't answer has happened. */
  get isAppended(): boolean {
    return this.isUnsure && this.#isFound;
  }

  /** Nothing can say whether it was appended: it may be trimmed by now. */
  get isLost(): boolean {
    return this.isUnsure && this.#isTrimmed;
  }

  /** Looks for it in entries that were appended since its first append was sent. */
  findIn(entries: readonly LogEntry[]): void {
    const { type, data } = this.event.logged;
    this.#isFound ||= entries.some((entry) => entry.data === data && entry.type === type);
  }

  /** Some entries since its first append are trimmed. */
  miss(): void {
    this.#isTrimmed = true;
  }
}
