/**
 * The port between Sluice's server and the engines that keep its history.
 *
 * A topic's log is an ordered, bounded run of encoded events. Engines order, keep, trim and compare; they never
 * look into an event and never fold one into state.
 */

/**
 * A place in a topic's history: the state of affairs after the entry with this offset.
 *
 * Equal positions mean equal history up to and including `offset`, whatever happened to the engine in between.
 * That holds because `mark` is a hash of the previous mark and the entry, so a history that was cut back and grew
 * again bears other marks at the same offsets.
 */
export interface Position {
  /** Random, minted with the topic. Offsets compare only within one epoch. */
  readonly epoch: string;
  /** Dense: the first entry has 1, the next 2. The place before the first entry is 0. */
  readonly offset: number;
  /** Chained hash of all entries up to `offset`. `"0"` before the first entry. */
  readonly mark: string;
}

/** An event as the log keeps it: named, with its data already encoded. */
export interface LogEvent {
  readonly type: string;
  /** The event's data as one line of JSON text. */
  readonly data: string;
}

export interface LogEntry extends LogEvent {
  /** The place that a reader has reached once it has applied this entry. */
  readonly position: Position;
  /** When the entry was appended, in milliseconds since the Unix epoch. */
  readonly time: number;
}

export interface AppendOptions {
  /**
   * Makes a retried append safe: within the engine's window a second append with the same key to the same topic
   * appends nothing and answers with the first one's position. Default: none, every append counts.
   */
  readonly idempotencyKey?: string;
  /**
   * Append only if the topic ends here; if it doesn't, nothing is appended or changed, and the answer is a `Conflict`. Whoever
   * looks before it appends names what it saw, so that of several who do so at once one appends. A key is looked up
   * first: a retry of what was appended is a duplicate, wherever the topic ends by now. Default: none, append in any case.
   */
  readonly after?: Position | undefined;
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
}

export interface AppendedBefore {
  readonly ok: true;
  /** The idempotency key had been used before: nothing was appended. */
  readonly duplicate: true;
  /** The position of the last event of the first append. */
  readonly position: Position;
}

/** The topic didn't end where the append said: nothing was appended. */
export interface Conflict {
  readonly ok: false;
  /** What has come since: a read after that position, of at most 512 entries. */
  readonly since: ReadPage | ReadGap;
}

/** What an append with this `after` is answered. */
export type AppendAnswer<After = Position | undefined> = Appended | (After extends Position ? Conflict : never);

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

export interface Log {
  /**
   * Paths of subscriptions that the engine was given options for, if it was. Servers and publishers know the contract, and refuse
   * one that isn't there.
   */
  readonly paths?: readonly string[];

  /**
   * Appends the events as one: all of them become readable at once, next to each other, or none does. (Of more events
   * than retention keeps, the first are trimmed at once, and readers are told so.) A duplicate changes nothing of the
   * topic's record and `ttl` either. Only an append with `after` can be answered with a `Conflict`.
   *
   * @throws RangeError if `events` is empty, if the record is too long or if `ttl` is none: nothing is appended then.
   *
   * @example
   * ```ts
   * const answer = await log.append(topic, events, { after: seen });
   * if (!answer.ok) lookAgain(answer.since);
   * ```
   */
  append<After extends Position | undefined = undefined>(
    topic: string,
    events: readonly LogEvent[],
    options?: AppendOptions & { readonly after?: After },
  ): Promise<AppendAnswer<After>>;

  /**
   * Where the events that were appended to the topic with this idempotency key end, if any were, within the engine's window.
   * It says whether an append is a retry before anything else of it is looked at.
   */
  findAppend(topic: string, idempotencyKey: string): Promise<Position | undefined>;

  /**
   * Reads at most `limit` entries. A topic that nobody has written to is empty, not an error: its epoch is minted by
   * the first call that names it, and should stay for some minutes after the last, for readers that are cut and come back.
   * That is all that an engine should keep of such a topic: anybody who may subscribe can name as many as he likes.
   * Whatever a position holds, a bad one is answered with a gap and never with an error.
   *
   * @throws RangeError if `limit` or `from.last` is not a whole number of at least 0.
   */
  read(topic: string, from: ReadFrom, limit: number): Promise<ReadPage | ReadGap>;

  /**
   * Reads, of one moment and in one round trip, all that it takes to open a subscription or to fold a state: a page of entries, and
   * the snapshot that was saved last where that is where it starts, or would after a gap.
   *
   * @throws RangeError as `read` does.
   *
   * @example
   * ```ts
   * const { snapshot, page } = await log.open(topic, { from: "snapshot", limit: 512 });
   * ```
   */
  open(topic: string, options: OpenOptions): Promise<Opened>;

  /** Where the topic's history ends now. */
  head(topic: string): Promise<Position>;

  /**
   * Calls `onAppend` after every append to the topic, from whatever process; several appends may share one call, and a
   * call may come without one. It says "read on" and carries nothing. Returns the function that stops it.
   *
   * `onAppend` must not throw. If it does, the append and other watchers are unharmed, and the error is reported on
   * `console.error`. The same function may watch twice: each is stopped by its own returned function.
   */
  watch(topic: string, onAppend: () => void): () => void;

  /**
   * Saves a snapshot of the state at `position`, in place of an older one. Answers false and saves nothing if the
   * position is not in this topic's history, is of its trimmed part, or is not after the snapshot that is there
   * (another writer was faster). From then on the topic is stateful, as if appended to with that option.
   */
  saveSnapshot(topic: string, position: Position, data: string): Promise<boolean>;

  /**
   * Drops the entries up to and including `upTo`; of a stateful topic at most those that its snapshot covers. A
   * position that isn't of this history drops nothing.
   */
  trim(topic: string, upTo: Position): Promise<void>;
}
