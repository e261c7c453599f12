import type { AppendAnswer, AppendOptions } from "./port/append.js";
import type { LogEvent, Position } from "./port/entry.js";
import type { Lease, LeaseRequest } from "./port/lease.js";
import type { Opened, OpenOptions } from "./port/read.js";
import type { Wakeup, Watch } from "./port/watch.js";

export type * from "./port/append.js";
export type * from "./port/entry.js";
export type * from "./port/lease.js";
export type * from "./port/read.js";
export type * from "./port/watch.js";

/**
 * The port between Sluice's server and the engines that keep its history.
 *
 * A topic's log is an ordered, bounded run of encoded events. Engines order, keep, trim and compare; they never
 * look into an event and never fold one into state.
 */
export interface Log {
  /**
   * Paths of subscriptions that the engine was given options for, if it was. Servers and publishers know the contract, and refuse
   * one that isn't there.
   */
  readonly paths?: readonly string[];

  /**
   * Appends the events as one: all of them become readable at once, next to each other, or none does. (Of more events
   * than retention keeps, the first are trimmed at once, and readers are told so.) A duplicate changes nothing of the
   * topic's record, `ttl` and lease either. Only an append with `after` or `lease` can be answered with a `Conflict`.
   *
   * Appends to one topic are in the order of their calls only where each was awaited before the next.
   *
   * @throws RangeError if `events` is empty, if the record is too long, or if a `ttl` or a lease's holder is none: nothing is appended then.
   *
   * @example
   * ```ts
   * const answer = await log.append(topic, events, { after: seen });
   * if (!answer.ok && answer.reason === "moved") lookAgain(answer.since);
   * ```
   */
  append<After extends Position | undefined = undefined, Held extends AppendOptions["lease"] = undefined>(
    topic: string,
    events: readonly LogEvent[],
    options?: AppendOptions & { readonly after?: After; readonly lease?: Held },
  ): Promise<AppendAnswer<After, Held>>;

  /**
   * Where the events that were appended to the topic with this idempotency key end, if any were, within the engine's window.
   * It says whether an append is a retry before anything else of it is looked at.
   */
  findAppend(topic: string, idempotencyKey: string): Promise<Position | undefined>;

  /**
   * Reads at most `limit` entries from a place on and, of the same moment and in the same round trip, the snapshot that was saved
   * last, where that is where it starts, or would after a gap: all that it takes to open a subscription, to fold a state, or to
   * read on. With the limit 0 it says where the topic ends, and what its record is.
   *
   * A topic that nobody has written to is empty, not an error: its epoch is minted by the first call that names it, and should
   * stay for some minutes after the last, for readers that are cut and come back. That is all that an engine should keep of such
   * a topic, but for a lease: anybody who may subscribe can name as many as he likes. Whatever a position holds, a bad one is
   * answered with a gap and never with an error. A store may have to write for it, to keep the epoch that it has minted.
   *
   * @throws RangeError if `limit` or `from.last` is not a whole number of at least 0.
   *
   * @example
   * ```ts
   * const { page } = await log.open(topic, { from: cursor, limit: 512 });
   * const { page: { head } } = await log.open(topic, { from: { last: 0 }, limit: 0 });
   * const { snapshot, page } = await log.open(topic, { from: "snapshot", limit: 512 });
   * ```
   */
  open(topic: string, options: OpenOptions): Promise<Opened>;

  /**
   * Calls `onAppend` after every append to the topic, from whatever process, and when the topic is freed; several appends may
   * share one call, and a call may come without one, as one does after each return of a store that was away. It may carry
   * what was appended (see `Wakeup`), and else says no more than "read on". A topic that is watched is not freed by a `ttl`.
   *
   * `onAppend` must not throw. If it does, the append and other watchers are unharmed, and the error is reported on
   * `console.error`. The same function may watch twice: each is stopped by itself.
   *
   * @example
   * ```ts
   * const watch = log.watch(topic, (wakeup) => readOn(wakeup));
   * await watch.ready;
   * const { page } = await log.open(topic, { from: "oldest", limit: 512 }); // what isn't in it will be told
   * ```
   */
  watch(topic: string, onAppend: (wakeup?: Wakeup) => void): Watch;

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

  /**
   * Takes the topic's lease; `undefined` if somebody else holds it. Whoever holds it renews it: the engine has no timers for
   * that. A topic that has only a lease is forgotten with it, as one that nobody has written to is, and a lease keeps no topic
   * whose `ttl` is over.
   *
   * @throws RangeError if `ttl` is not a whole number of milliseconds, at least 1, or the holder's name not 1 to 64 characters.
   *
   * @example
   * ```ts
   * const lease = await log.acquire(topic, { ttl: 30_000 });
   * if (lease) await log.append(topic, events, { after: seen, lease });
   * ```
   */
  acquire(topic: string, request: LeaseRequest): Promise<Lease | undefined>;

  /**
   * From now on the lease lasts its `ttl`. Answers false, and changes nothing, if it isn't held any more.
   *
   * @throws RangeError if its `ttl` is none.
   */
  renew(lease: Lease): Promise<boolean>;

  /** Gives the lease back. One that isn't held any more is left as it is. */
  release(lease: Lease): Promise<void>;

  /**
   * Ends the topic's life: entries, snapshot, record, keys and lease go, and the next life has another epoch. Whoever watches
   * is called, and goes on watching.
   */
  free(topic: string): Promise<void>;
}
