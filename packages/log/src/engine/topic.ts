import type { Cursor, GapReason, LogEntry, LogEvent, Retention, Snapshot } from "../log.js";
import type { TopicLease } from "./lease.js";

/** One topic as an engine has it at hand: what `append` and `open` need to keep the port's promises. */
export interface EngineTopic {
  /** Whether entries after the snapshot must stay. */
  stateful: boolean;
  record: string | undefined;
  /** See `AppendOptions`. `undefined`: retention applies. */
  ttl: number | undefined;
  retention: Retention;
  readonly lease: TopicLease;
  readonly head: Cursor;
  /** The place before the oldest entry there is. */
  readonly before: Cursor;
  readonly snapshot: Snapshot | undefined;
  findKey(key: string): Cursor | undefined;
  /** The key must not be there yet. */
  rememberKey(key: string, cursor: Cursor, time: number): void;
  append(event: LogEvent, time: number): LogEntry;
  endsAt(cursor: Cursor): boolean;
  /** Why a cursor is not in this history. `undefined`: it is. */
  gapAt(cursor: Cursor): GapReason | undefined;
  /** The place after the entry with this offset, which must not be trimmed nor beyond the head. */
  placeAt(offset: number): Cursor;
  entriesAfter(offset: number, limit: number): LogEntry[];
  /** Drops entries that are too many or too old. */
  retain(now: number): void;
  /** Tells the watchers of appended entries. */
  notify(before: Cursor, entries: readonly LogEntry[]): void;
}
