/**
 * A place in a topic's history: directly after the entry with this offset.
 *
 * Equal cursors mean equal history up to and including `offset`, even if the engine lost entries in between: `mark` is a
 * hash of the previous mark and the entry, so a history that was cut back and grew again has other marks at the same offsets.
 */
export interface Cursor {
  /** Random, minted with the topic. Offsets compare only within one epoch. */
  readonly epoch: string;
  /** Dense: the first entry has 1, the next 2. The place before the first entry is 0. */
  readonly offset: number;
  /** Chained hash of all entries up to `offset`. `"0"` before the first entry. */
  readonly mark: string;
}

/** An event as the log keeps it: its type, and its encoded data. */
export interface LogEvent {
  readonly type: string;
  /** The event's data as one line of JSON text. */
  readonly data: string;
}

export interface LogEntry extends LogEvent {
  /** A reader's cursor once it has applied this entry. */
  readonly cursor: Cursor;
  /** When the entry was appended, in milliseconds since the Unix epoch. */
  readonly time: number;
}
