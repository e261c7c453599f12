import type { Cursor, LogEntry, Retention } from "@sluice/log";
import type { DedupeOptions } from "@sluice/log/engine";
import type { Unmoved } from "../journal/unmoved.js";
import type { Tables } from "./tables.js";

/** What a topic's row says, but for its lease. */
export interface TopicState {
  head: Cursor;
  /** Bytes of all entries up to the head. */
  headSum: number;
  /** The place before the oldest entry there is. */
  before: Cursor;
  beforeSum: number;
  /** Entries up to this offset are deleted; those up to `before` will be. */
  floor: number;
  floorSum: number;
  /** The oldest entry's time, or an earlier one. `undefined`: there is no entry. */
  oldest: number | undefined;
  /** Time of the last append or, if that is later, when the last watcher left. */
  quiet: number;
  used: number;
  /** Entries and keys up to this offset are in their tables, those after it in the journal. */
  moved: number;
  /** Of the turn that goes on: how many, and when the first was used. */
  keys: number;
  firstKey: number | undefined;
  /** When the last key was used. `undefined`: none is remembered. */
  lastKey: number | undefined;
  turn: number;
  /** Keys of turns before this one are deleted. */
  keyFloor: number;
  /** The last turn of which keys are in the table; -1: none. */
  movedTurn: number;
  stateful: boolean;
  /** The snapshot's offset. */
  saved: number | undefined;
  record: string | undefined;
  ttl: number | undefined;
  /** As an append gave it. `undefined`: the engine's own. */
  ownRetention: Retention | undefined;
}

/** What topics use of the journal. */
interface Unmoveds {
  of(id: number): Unmoved | undefined;
  take(id: number): Unmoved;
}

/** What topics use of the log that they are in. */
export interface TopicContext {
  readonly tables: Tables;
  readonly journal: Unmoveds;
  readonly dedupe: DedupeOptions;
  readonly baseRetention: Retention;
  /** The time of the transaction. */
  now(): number;
  /** Called once per append: watchers are told after the transaction. */
  appended(topic: string, before: Cursor, entries: readonly LogEntry[]): void;
}
