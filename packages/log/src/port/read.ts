import type { Cursor, LogEntry } from "./entry.js";

/** Where a page starts: after a cursor, at the oldest entry, or at most `last` entries before the head. */
export type ReadFrom = Cursor | "oldest" | { readonly last: number };

/**
 * Why the entries after a cursor can't be read:
 * `trimmed`, they were trimmed; `epoch`, the cursor is of another life of the topic;
 * `diverged`, the topic's history at that offset is another one than the cursor's.
 */
export type GapReason = "trimmed" | "epoch" | "diverged";

export interface ReadPage {
  readonly ok: true;
  /** In order, without a gap, directly after `from`. Shorter than the limit only at the head. */
  readonly entries: readonly LogEntry[];
  /** Where to read on: the last entry's cursor, or the start of the page if it is empty. */
  readonly end: Cursor;
  readonly head: Cursor;
  /** The topic's record, if it has one. */
  readonly record?: string | undefined;
}

export interface ReadGap {
  readonly ok: false;
  readonly reason: GapReason;
  /** A page after this cursor starts with the oldest entry. */
  readonly oldest: Cursor;
  readonly head: Cursor;
  /** The topic's record, if it has one. */
  readonly record?: string | undefined;
}

export interface Snapshot {
  readonly cursor: Cursor;
  readonly data: string;
}

export interface OpenOptions {
  /** Where the page starts. `snapshot`: at the last saved snapshot, or at the oldest entry if none is saved. */
  readonly from: ReadFrom | "snapshot";
  /** Maximum number of entries in each page. */
  readonly limit: number;
  /** After a gap, also answer with the last saved snapshot and a page after it, if one is saved. Default: `false`. */
  readonly snapshotOnGap?: boolean;
}

export interface Opened {
  /** The entries from there on. A gap, too, if a snapshot is not of the topic's history. */
  readonly page: ReadPage | ReadGap;
  /** With `from: "snapshot"`, and after a gap with `snapshotOnGap`. */
  readonly snapshot?: Snapshot | undefined;
  /** After a gap, with `snapshot`: the entries after the snapshot. */
  readonly afterSnapshot?: ReadPage | ReadGap | undefined;
}
