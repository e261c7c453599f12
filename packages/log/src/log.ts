import type { AppendAnswer, AppendOptions } from "./port/append.js";
import type { Cursor, LogEvent } from "./port/entry.js";
import type { Lease, LeaseRequest } from "./port/lease.js";
import type { Opened, OpenOptions } from "./port/read.js";
import type { Wakeup, Watch } from "./port/watch.js";

export type * from "./port/append.js";
export type * from "./port/entry.js";
export type * from "./port/lease.js";
export type * from "./port/read.js";
export type * from "./port/retention.js";
export type * from "./port/watch.js";

/**
 * The port between Sluice's server and the engines that store its history.
 *
 * A topic's log is an ordered, bounded run of encoded events. Engines order, keep, trim and compare them; they never
 * look into an event and never fold one into state.
 *
 * Every call is answered, sooner or later. Whoever uses an engine waits for 5 seconds (for an append of a publisher, as long as its
 * `timeout`) and then takes it for away: a read for `unavailable`, and anything else for `unknown`. A later answer is ignored.
 *
 * All texts are well-formed Unicode: a lone surrogate has no UTF-8, so a store would change it. An engine throws a TypeError for one
 * in an event, a key, a record, a holder or a snapshot.
 */
export interface Log {
  /**
   * Appends the events as a whole: readers see all of them at once, next to each other, or none. If they are more
   * than retention keeps, the first are trimmed at once, and readers are told. A duplicate changes nothing: neither the topic's record nor
   * its `ttl`, its retention or its lease, and makes no topic stateful. Only an append with `after` or `lease` can be answered with a `Conflict`.
   *
   * Appends to one topic that one caller makes are applied in the order of the calls, also if they don't wait for each other, unless
   * they fail. So an engine sends them in that order, over one connection or one by one.
   *
   * @throws RangeError if `events` is empty, the record is too long, or a `ttl`, a member of `retain` or a lease's holder is not
   * allowed, and TypeError if a text is not well-formed. Nothing is appended.
   *
   * @example
   * ```ts
   * const answer = await log.append(topic, events, { after: seen });
   * if (!answer.ok && answer.reason === "moved") lookAgain(answer.since);
   * ```
   */
  append<After extends Cursor | undefined = undefined, Held extends AppendOptions["lease"] = undefined>(
    topic: string,
    events: readonly LogEvent[],
    options?: AppendOptions & { readonly after?: After; readonly lease?: Held },
  ): Promise<AppendAnswer<After, Held>>;

  /**
   * Finds the append with this idempotency key: the cursor of its last event, or `undefined` if the engine knows no such append.
   * Shows whether an append is a retry before anything else of it is checked.
   */
  findAppend(topic: string, idempotencyKey: string): Promise<Cursor | undefined>;

  /**
   * Reads at most `limit` entries and, in the same round trip and of the same moment, the last saved snapshot if `from` or a gap asks
   * for it. That is all it takes to open a subscription, to fold a state, or to read on. With the limit 0 it reads the topic's
   * head and record.
   *
   * A topic that was never written to is empty, not an error. The first call that names it mints its epoch, and the engine keeps the
   * epoch for some minutes after the last call, for readers that reconnect. It keeps nothing else of such a topic, except a
   * lease: anybody who may subscribe can name any number of them. `open` may therefore write to the store. A bad cursor is
   * answered with a gap, never with an error.
   *
   * @throws RangeError if `limit` or `from.last` is not a whole number of at least 0.
   *
   * @example
   * ```ts
   * const { page } = await log.open(topic, { from: cursor, limit: 512 });
   * const { head } = (await log.open(topic, { from: { last: 0 }, limit: 0 })).page;
   * const { snapshot, page } = await log.open(topic, { from: "snapshot", limit: 512 });
   * ```
   */
  open(topic: string, options: OpenOptions): Promise<Opened>;

  /**
   * Calls `onAppend` after each append to the topic by any process, when the topic is freed, and each time the store is back
   * after it was away. Several appends may share one call, and a call may come without an append. A call may carry the
   * appended entries (see `Wakeup`); otherwise it only means "read on". A watched topic is not freed by a `ttl`.
   *
   * `onAppend` must not throw. If it does, the append and other watchers are not affected, and the error is reported on
   * `console.error`. The same function may watch twice; each watch is stopped by itself.
   *
   * @example
   * ```ts
   * const watch = log.watch(topic, (wakeup) => readOn(wakeup));
   * await watch.ready;
   * const { page } = await log.open(topic, { from: "oldest", limit: 512 }); // later entries will be told
   * ```
   */
  watch(topic: string, onAppend: (wakeup?: Wakeup) => void): Watch;

  /**
   * Saves a snapshot of the state at `cursor`, in place of an older one. Answers false and saves nothing if the
   * cursor is not in the topic's history, was trimmed, or is not after the saved snapshot, which means that another
   * writer was faster. From then on the topic is stateful, as if appended to with that option.
   */
  saveSnapshot(topic: string, cursor: Cursor, data: string): Promise<boolean>;

  /**
   * Drops the entries up to and including `upTo`; of a stateful topic at most those that its snapshot covers. A
   * cursor that is not in the topic's history drops nothing.
   */
  trim(topic: string, upTo: Cursor): Promise<void>;

  /**
   * Takes the topic's lease. Answers `undefined` if somebody else holds it. The holder renews the lease: the engine has no timers
   * for that. A topic that has nothing but a lease is kept like one that was never written to, at least until the lease ends. A
   * lease does not keep a topic whose `ttl` is over.
   *
   * @throws RangeError if `ttl` is not a whole number of milliseconds of at least 1, or `holder` does not have 1 to 64 characters.
   *
   * @example
   * ```ts
   * const lease = await log.acquire(topic, { ttl: 30_000 });
   * if (lease) await log.append(topic, events, { after: seen, lease });
   * ```
   */
  acquire(topic: string, request: LeaseRequest): Promise<Lease | undefined>;

  /**
   * Renews the lease for its `ttl`, from now on. Answers false and changes nothing if it is not held any more.
   *
   * @throws RangeError if its `ttl` is not a whole number of milliseconds of at least 1.
   */
  renew(lease: Lease): Promise<boolean>;

  /** Gives the lease back. Does nothing if it is not held any more. */
  release(lease: Lease): Promise<void>;

  /**
   * Ends the topic's life: entries, snapshot, record, keys and lease are gone, and the next life has another epoch. Calls the
   * topic's watchers, which go on watching the next life.
   */
  free(topic: string): Promise<void>;

  /**
   * Calls the listener whenever the engine finds out that its store is away (`down`) or back (`up`), and returns what stops that. Servers
   * tell their clients of an outage that lasts; without this they find out about it only when they have to read. While the store is
   * `down`, wake-ups may be lost. An engine whose store can't be away has no `onStatus`. The listener must not throw.
   */
  onStatus?(listener: (status: "up" | "down") => void): () => void;

  /**
   * Ends the engine: its connections and timers. Calls after that reject with a `LogError` `unavailable`; further calls of `close` do
   * nothing. The store stays as it is. An engine that holds nothing open, as the memory engine, has no `close`.
   */
  close?(): Promise<void>;
}
