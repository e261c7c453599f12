import type { Cursor, LogEntry } from "./entry.js";
import type { Lease, LeaseRequest } from "./lease.js";
import type { ReadGap, ReadPage } from "./read.js";
import type { Retention } from "./retention.js";

export interface AppendOptions {
  /**
   * Makes a retry safe: a second append with the same key to the same topic appends nothing and answers with the first
   * one's cursor. The engine remembers a key for a limited time. Default: none, every append counts.
   */
  readonly idempotencyKey?: string;
  /**
   * Appends only if the topic ends at this cursor. Otherwise nothing changes, and the answer is a `Conflict` with the reason `moved`.
   * So of several writers that read and then append at once, one succeeds.
   *
   * While somebody else holds the topic's lease, the reason is `leased`, wherever the topic ends. The key is checked first: a
   * retry is a duplicate, wherever the topic ends and whoever holds the lease. Default: none, appends in any case.
   */
  readonly after?: Cursor | undefined;
  /**
   * Appends only with the topic's lease. A `Lease` must be held; the append renews it for its `ttl`. A `LeaseRequest` takes the
   * lease together with the append, unless somebody else holds it. Otherwise nothing changes, and the answer is a `Conflict` with the
   * reason `leased`.
   *
   * The key is checked first: a duplicate neither takes nor renews a lease. `after` is checked last: if the topic has moved,
   * the lease is neither taken nor renewed. Default: none.
   */
  readonly lease?: Lease | LeaseRequest | undefined;
  /**
   * The topic's events fold into state. From now on the engine trims the topic only up to its saved snapshot, and frees it only by
   * its `ttl` or the retention's `stateTtl`. Default: `false`.
   */
  readonly stateful?: boolean;
  /**
   * Information about the topic as a whole, for example how it began. Replaces the topic's record in the same step as the append, and
   * stays when entries are trimmed. A topic with a record is freed only by its `ttl`, and a stateful one by `stateTtl`, too. At most
   * 1,024 bytes of UTF-8. Default: the record stays as it is.
   */
  readonly record?: string;
  /**
   * From now on the topic's entries don't expire by age. Instead the whole topic is freed (entries, snapshot, record, keys and
   * lease) this many milliseconds after its last append or, if that is later, after its last watcher left. Retention by
   * number and bytes still applies; `stateTtl` does not. A whole number of at least 1, or `Infinity`. Default: the `ttl` given
   * before, if any.
   */
  readonly ttl?: number;
  /**
   * From now on the topic's retention; members that are left out are the engine's own. The engine remembers it with the topic, because
   * `age` and `stateTtl` apply without further appends. Of several writers, the last append that gives one decides. Whole numbers of
   * at least 1, or `Infinity`. Writers pass the same object each time and don't change it, so that an engine needs to look at it
   * only once. Default: the retention given before, if any, or the engine's own.
   */
  readonly retain?: Partial<Retention> | undefined;
}

/** The events are in the topic: appended now, or before with the same idempotency key. */
export type Appended = AppendedNow | AppendedBefore;

export interface AppendedNow {
  readonly ok: true;
  readonly duplicate: false;
  /** The cursor of the last event. */
  readonly cursor: Cursor;
  /** The cursor before the first event. A reader there can take `entries` instead of reading. */
  readonly before: Cursor;
  /** The appended entries, as a page has them. */
  readonly entries: readonly LogEntry[];
  /** The lease that was taken or renewed. Only if the append named one. */
  readonly lease?: Lease | undefined;
}

export interface AppendedBefore {
  readonly ok: true;
  /** The idempotency key was used before: nothing was appended. */
  readonly duplicate: true;
  /** The cursor of the last event of the first append. */
  readonly cursor: Cursor;
  /** The topic's lease, not renewed. Only if the append named it, or its holder, and it is held. */
  readonly lease?: Lease | undefined;
}

/** Nothing was appended or changed. */
export type Conflict = Moved | Leased;

/** The topic does not end at `after`. */
export interface Moved {
  readonly ok: false;
  readonly reason: "moved";
  /** The entries since then: a page after that cursor, of at most 512 entries. */
  readonly since: ReadPage | ReadGap;
}

/** The append's lease is not held, or somebody else holds the topic's lease. */
export interface Leased {
  readonly ok: false;
  readonly reason: "leased";
}

/** The answer to an append with this `after` and this `lease`. */
export type AppendAnswer<After = Cursor | undefined, Held = AppendOptions["lease"]> =
  | Appended
  | (After extends Cursor ? Conflict : never)
  | (Held extends object ? Leased : never);
