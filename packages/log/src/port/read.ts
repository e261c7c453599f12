import type { LogEntry, Position } from "./entry.js";

/** Where a read starts: after a position, at the oldest entry there is, or at most `last` entries before the head. */
export type ReadFrom = Position | "oldest" | { readonly last: number };

/**
 * Why history after a position is not to be had:
 * `trimmed`, it was there and is gone; `epoch`, the position is of another life of the topic;
 * `diverged`, the topic's history at that offset is not the one the position was taken from.
 */
export type GapReason = "trimmed" | "epoch" | "diverged";

export interface ReadPage {
  readonly ok: true;
  /** In order, without a gap, directly after `from`. Shorter than the limit only at the head. */
  readonly entries: readonly LogEntry[];
  /** Where to read on: the last entry's position, or where the read started if there is none. */
  readonly end: Position;
  readonly head: Position;
  /** The topic's record, if it has one. */
  readonly record?: string | undefined;
}

export interface ReadGap {
  readonly ok: false;
  readonly reason: GapReason;
  /** Reading after this position gives everything that is retained. */
  readonly oldest: Position;
  readonly head: Position;
  /** The topic's record, if it has one. */
  readonly record?: string | undefined;
}

export interface Snapshot {
  readonly position: Position;
  readonly data: string;
}

export interface OpenOptions {
  /** Where to start: where a read does, or at the snapshot that was saved last; at the oldest entry if there is none. */
  readonly from: ReadFrom | "snapshot";
  /** Most entries of each page. */
  readonly limit: number;
  /** Answer a gap with the snapshot and with what follows it, if one is saved. Default: `false`. */
  readonly snapshotOnGap?: boolean;
}

export interface Opened {
  /** What a read from there gives. From a snapshot that is of no history that there is, that is a gap, too. */
  readonly page: ReadPage | ReadGap;
  /** Sent with `from: "snapshot"`, and with a gap if it is asked for. */
  readonly snapshot?: Snapshot | undefined;
  /** Sent with a gap and a snapshot: what a read from there gives. */
  readonly afterSnapshot?: ReadPage | ReadGap | undefined;
}
