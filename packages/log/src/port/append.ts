import type { LogEntry, Position } from "./entry.js";
import type { Lease, LeaseRequest } from "./lease.js";
import type { ReadGap, ReadPage } from "./read.js";

export interface AppendOptions {
  /**
   * Makes a retried append safe: within the engine's window a second append with the same key to the same topic
   * appends nothing and answers with the first one's position. Default: none, every append counts.
   */
  readonly idempotencyKey?: string;
  /**
   * Append only if the topic ends here; if it doesn't, nothing is appended or changed, and the answer is a `Conflict` with the reason
   * `moved`. Whoever looks before it appends names what it saw, so that of several who do so at once one appends. While
   * somebody holds the topic's lease, that is the holder's alone: for anybody else the reason is `leased`, wherever the topic
   * ends. A key is looked up first: a retry of what was appended is a duplicate, wherever the topic ends by now, and whoever
   * has its lease. Default: none, append in any case.
   */
  readonly after?: Position | undefined;
  /**
   * Append only if the topic's lease is the caller's: one that is held, which is renewed by the append for its `ttl`; or one to
   * be taken together with the append, if nobody else holds it. Else nothing is appended or changed, and the answer is a
   * `Conflict` with the reason `leased`. A key is looked up first, as for `after`: a duplicate neither takes nor renews. Where
   * `after` is given, too, the lease is looked at first, and if the topic has moved, nothing is taken or renewed. Default: none.
   */
  readonly lease?: Lease | LeaseRequest | undefined;
  /**
   * Says that the topic's events fold into state: from now on the engine never trims this topic past its saved
   * snapshot, and frees it only where its options set a `stateTtl` (see `Retention`). Default: `false`.
   */
  readonly stateful?: boolean;
  /**
   * What is to be known of the topic as a whole, such as how it began: takes the place of the record that is there, together
   * with this append, and outlives its entries when they are trimmed or age. A topic with a record is not forgotten, unless
   * by its `ttl`. At most 1,024 bytes of UTF-8. Default: none, the record stays as it is.
   */
  readonly record?: string;
  /**
   * Gives the topic a life of its own, from now on: its entries no longer go by age, and the topic is freed whole (entries,
   * snapshot, record and keys) so many milliseconds after its last append or, if that was later, after its last watcher
   * went. What retention says of number and bytes holds all the same; `stateTtl` gives way to it. A whole number of at least
   * 1, or `Infinity`. Default: none, what was said before stays.
   */
  readonly ttl?: number;
}

/** The events are in the topic: they were appended now, or had been before, with the same idempotency key. */
export type Appended = AppendedNow | AppendedBefore;

export interface AppendedNow {
  readonly ok: true;
  readonly duplicate: false;
  /** The position of the last event. */
  readonly position: Position;
  /** The position before the first event. Whoever stands there knows all that the topic holds by now, and need not read. */
  readonly before: Position;
  /** What was appended, as a read gives it. */
  readonly entries: readonly LogEntry[];
  /** The lease that was taken or renewed, if the append named one. */
  readonly lease?: Lease | undefined;
}

export interface AppendedBefore {
  readonly ok: true;
  /** The idempotency key had been used before: nothing was appended. */
  readonly duplicate: true;
  /** The position of the last event of the first append. */
  readonly position: Position;
  /** The topic's lease, if the append named one that is held, or its holder. It was not renewed. */
  readonly lease?: Lease | undefined;
}

/** Nothing was appended, for want of what `after` or `lease` asks for. */
export type Conflict = Moved | Leased;

/** The topic didn't end where the append said. */
export interface Moved {
  readonly ok: false;
  readonly reason: "moved";
  /** What has come since: a read after that position, of at most 512 entries. */
  readonly since: ReadPage | ReadGap;
}

/** The lease that the append named isn't held, or somebody else holds the topic's. */
export interface Leased {
  readonly ok: false;
  readonly reason: "leased";
}

/** What an append with this `after` and this `lease` is answered. */
export type AppendAnswer<After = Position | undefined, Held = AppendOptions["lease"]> =
  | Appended
  | (After extends Position ? Conflict : never)
  | (Held extends object ? Leased : never);
