import type { AppendOptions, Cursor, LogEvent } from "@sluice/log";

/** An event that is encoded and not appended yet. */
export interface UnappendedEvent {
  readonly logged: LogEvent;
  /** Returns the data as a reader of the log gets it. */
  readonly read: () => unknown;
}

/** The state after events that are not appended yet. */
export interface FoldedAhead {
  readonly after: Cursor;
  readonly value: unknown;
  /** The entries to append. */
  readonly events: readonly LogEvent[];
  /** To append them with. */
  readonly options: Pick<AppendOptions, "record">;
}
