import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  EventInputOf,
  EventOf,
  KeyOf,
  OutputOf,
  ParsedInputOf,
  StateOf,
} from "@sluice/contract";
import type { AnyMiddleware, ProcedureArgs } from "./middleware.js";

export type HandlerArgs<P extends AnyProcedure, Context> = ProcedureArgs<Context, ParsedInputOf<P>, P["errors"]>;

export type Handler<P extends AnyQuery | AnyMutation, Context> = (
  args: HandlerArgs<P, Context>,
) => Promise<OutputOf<P>> | OutputOf<P>;

export interface StreamArgs<P extends AnySubscription, Context> extends HandlerArgs<P, Context> {
  /** The `id` of the last event that the client received, if it opens the stream again. */
  readonly lastEventId: string | undefined;
}

/** What a generator yields: an event, with an `id` if the stream can resume after it. */
export type Yielded<P extends AnySubscription> = EventInputOf<P> & { readonly id?: string };

export type Generator<P extends AnySubscription, Context> = (args: StreamArgs<P, Context>) => AsyncIterable<Yielded<P>>;

interface PlainStreamOptions {
  /**
   * What happens after a cut: `"interrupt"` (default) ends the stream for good with the error `interrupted`; with
   * `"restart"` the client reopens it, and the generator runs again with `lastEventId`.
   */
  readonly onCut?: "interrupt" | "restart";
  readonly resumable?: false;
}

interface ResumableStreamOptions {
  /**
   * Runs the generator once per topic, independent of any connection, and appends its events to the log. Every client
   * that opens the topic attaches to the run and gets all its events; a client that was cut resumes at its cursor. An
   * input that differs in fields outside `key` is refused with `conflict`. If the log has dropped the first events, a
   * client that attaches later is told of the gap; with state, every client except the one that started the run gets
   * the state and the events after it.
   *
   * A generator that never waits is paused when it is 2,048 events, or 2 Mi characters, ahead of its fastest reader. A
   * log that keeps less than that may drop events before they are read. With no client attached, it continues at 1,024
   * events or 1 Mi characters per second; with clients attached only through other processes, at four times that.
   *
   * After the run ends, its log is kept for `runTtl` (see `createSluice`).
   *
   * While the log cannot be reached, the run pauses; no event is lost, or appended twice.
   *
   * Processes that share a log share its runs. If the process that runs the generator dies, or cannot reach the log for
   * longer than 30 s, clients attached through other processes get the final error `interrupted`, within 45 s of its last
   * append or renewal of its lease. If the process comes back after that, `signal` aborts, and nothing is appended any
   * more. If it comes back first, the run goes on. Processes with attached clients append together about one entry every
   * 30 s; these entries count for the log's retention.
   */
  readonly resumable: true;
  /**
   * Milliseconds that the run continues with no client attached. Then `signal` aborts, and the run ends as
   * `interrupted`. Clients attached through another process on the same log count, for up to a minute after they leave.
   * Default: 60,000.
   */
  readonly abandonAfter?: number;
}

export type StreamOptions = PlainStreamOptions | ResumableStreamOptions;

/** A state and its cursor. */
export interface OwnSnapshot<State> {
  readonly state: State;
  /** The cursor that `publish` returned for the last event that `state` contains. */
  readonly cursor: string;
}

type SnapshotResult<P extends AnySubscription> = P["idempotent"] extends true
  ? Omit<OwnSnapshot<StateOf<P>>, "cursor"> & { readonly cursor?: string }
  : OwnSnapshot<StateOf<P>>;

export type SnapshotFunction<P extends AnySubscription, Context> = (
  args: ProcedureArgs<Context, ParsedInputOf<P>, P["errors"]>,
) => Promise<SnapshotResult<P>> | SnapshotResult<P>;

export type Filter<P extends AnySubscription, Context> = (
  event: EventOf<P>,
  args: { readonly context: Context; readonly input: ParsedInputOf<P> },
) => boolean;

interface Filtered<P extends AnySubscription, Context> {
  /** Returns, synchronously, whether this subscriber gets the event. */
  readonly filter?: Filter<P, Context>;
}

export interface SubscribeArgs<P extends AnySubscription, Context> extends HandlerArgs<P, Context> {
  /**
   * Aborts when the client has left: `linger` milliseconds after its last stream; at once if that was ended as `forbidden`, or
   * when the server drains.
   */
  readonly signal: AbortSignal;
}

interface Attended<P extends AnySubscription, Context> {
  /**
   * Somebody is here: called once when a client subscribes to a topic. `signal` aborts when it has left. Its reconnects and its
   * further tabs don't call it again; `context`, after middleware, and `input` are those of its first stream. The client is the
   * one that the adapter's `identify` names. Without that, each subscription on each stream is a client of its own, and each reconnect shows, as
   * does each change of a multiplexed stream.
   *
   * The subscription doesn't wait for it, and it may take as long as the visit. What it throws goes to `onError`, and refuses
   * nobody.
   *
   * Each server tells of its own streams: somebody with streams at two servers has two visits. A server that crashes tells
   * nobody that its clients have left; if the log outlives it, what they published stays. So where
   * servers share a log, publish an id of each visit, and count visits, not users; and where the log outlives them, repeat
   * "joined" from time to time, and drop whoever is not heard of any more.
   *
   * @example
   * onSubscribe: async ({ input, context, signal, topic }) => {
   *   const who = topic(contract.room.who, { room: input.room });
   *   const say = (type: "joined" | "left") => who.publish({ type, data: context.user.name });
   *   const gone = once(signal, "abort"); // of node:events; from here on, as it may abort while "joined" is published
   *   await say("joined");
   *   await gone;
   *   await say("left");
   * }
   */
  readonly onSubscribe?: (args: SubscribeArgs<P, Context>) => unknown;
}

/** What a source gets: there is no client, so no `context`, and no middleware has run. */
export interface SourceArgs<P extends AnySubscription> extends Omit<HandlerArgs<P, never>, "context" | "input"> {
  /** The key fields of the input, which name the topic: a source serves subscribers that may differ in all others. */
  readonly input: KeyOf<P>;
  /** Aborts when it is to stop: the last subscriber has left, another server runs it, or this one drains. */
  readonly signal: AbortSignal;
}

interface Sourced<P extends AnySubscription> {
  /**
   * Brings the topic's events: runs while anybody subscribes, on one of the servers that share the log. It starts with the first
   * subscriber, and stops `linger` milliseconds after the last one has left. If its server stops, it starts anew on another one that
   * has subscribers: at once after a drain, within 45 s after a crash.
   *
   * An error that the contract declares ends all subscribers with it. Any other goes to `onError`, and the source runs again
   * after 1 s, then after twice as long each time, up to 30 s. If it returns, the topic is quiet until the server has had no
   * subscriber of it for `linger`. Others may publish to the topic, too. A source that never waits is held back like a resumable run.
   * With `memoryLog({ name })`, a module that is evaluated again takes the source over.
   *
   * @example
   * source: async function* ({ input, signal }) {
   *   for await (const price of exchange.prices(input.symbol, { signal })) yield { type: "tick", data: price };
   * }
   */
  readonly source?: (args: SourceArgs<P>) => AsyncIterable<EventInputOf<P>>;
}

interface Snapshotted<P extends AnySubscription, Context> {
  /** Computes the state that a subscriber starts with, instead of the state folded from the log. */
  readonly snapshot: SnapshotFunction<P, Context>;
}

/**
 * How a subscription is served from the log. A `filter` on a subscription with state requires its own `snapshot`: the
 * shared state would show what the filter hides.
 */
export type LiveOptions<P extends AnySubscription, Context> = Attended<P, Context> &
  Sourced<P> &
  ([StateOf<P>] extends [never]
    ? Filtered<P, Context> & { readonly snapshot?: never }
    : (Snapshotted<P, Context> & Filtered<P, Context>) | { readonly snapshot?: never; readonly filter?: never });

declare const context: unique symbol;

/** An implemented procedure of the contract, for contexts of type `Context`. */
export interface Implementation<P extends AnyProcedure = AnyProcedure, Context = never> {
  readonly procedure: P;
  readonly middlewares: readonly AnyMiddleware[];
  readonly run: Run;
  readonly [context]?: (context: Context) => void;
}

/** How a procedure runs. The builder has checked the types. */
export type Run =
  | { readonly kind: "call"; readonly handler: (args: never) => unknown }
  | {
      readonly kind: "live";
      readonly snapshot: ((args: never) => Promise<SnapshotLike> | SnapshotLike) | undefined;
      readonly filter: ((event: never, args: never) => boolean) | undefined;
      readonly onSubscribe: ((args: never) => unknown) | undefined;
      readonly source: ((args: never) => AsyncIterable<YieldedLike>) | undefined;
    }
  | {
      readonly kind: "stream";
      readonly generator: (args: never) => AsyncIterable<YieldedLike>;
      readonly onCut: "interrupt" | "restart";
    }
  | {
      readonly kind: "resumable";
      readonly generator: (args: never) => AsyncIterable<YieldedLike>;
      readonly abandonAfter: number;
    };

export interface SnapshotLike {
  readonly state: unknown;
  readonly cursor?: string;
}

export interface YieldedLike {
  readonly type: string;
  readonly data: unknown;
  readonly id?: string;
}
