import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  EventInputOf,
  EventOf,
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
  /** The `id` of the last event that the client got, where it opens the stream again. */
  readonly lastEventId: string | undefined;
}

/** What a generator yields: an event, and an `id` if the stream can be taken up after it. */
export type Yielded<P extends AnySubscription> = EventInputOf<P> & { readonly id?: string };

export type Generator<P extends AnySubscription, Context> = (args: StreamArgs<P, Context>) => AsyncIterable<Yielded<P>>;

interface PlainStreamOptions {
  /**
   * What a cut means: `"interrupt"` (default) ends the stream for good, with the error `interrupted`; `"restart"` lets the
   * client open it again, which runs the generator anew with `lastEventId`.
   */
  readonly onCut?: "interrupt" | "restart";
  readonly resumable?: false;
}

interface ResumableStreamOptions {
  /**
   * Runs the generator once per topic, detached from any connection, its events through the log: whoever opens the same
   * topic attaches and sees all of it, and a client that was cut goes on where it was. An input that differs in fields
   * outside `key` is refused with `conflict`. Where the log has dropped the first events, whoever comes is told of the gap;
   * with state, whoever comes later than the one who started it gets the state and what follows.
   *
   * A generator that never waits is asked for no more once it is 2,048 events, or 2 Mi characters, ahead of the fastest of its
   * readers; a log that keeps less than that may drop events before they are read. Where nobody is attached it goes on at
   * 1,024 events or 1 Mi characters a second, and where somebody is through another process, at four times that.
   *
   * When it is over, its log is kept for `runTtl` (see `createSluice`).
   *
   * Processes that share a log share its runs. If the one that runs it dies, or can't reach the log, whoever is attached
   * through another gets the final error `interrupted`, 30 to 45 s after the last sign of life. Should it wake up after
   * that, `signal` aborts, and nothing that it yields is seen. A silent run appends a sign to the log every 10 s, and
   * processes that are attached elsewhere together about one every 30 s; they count for what the log retains.
   */
  readonly resumable: true;
  /**
   * Milliseconds that it goes on when nobody is attached. Then `signal` aborts, and it ends as `interrupted`. Who is attached
   * through another process on the same log counts, and for up to a minute after leaving. Default: 60,000.
   */
  readonly abandonAfter?: number;
}

export type StreamOptions = PlainStreamOptions | ResumableStreamOptions;

/** A state and the cursor that it belongs to. */
export interface OwnSnapshot<State> {
  readonly state: State;
  /** The cursor, as `publish` gave it, after which events are not yet in `state`. */
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
  /** Says, synchronously, whether this subscriber gets the event. */
  readonly filter?: Filter<P, Context>;
}

interface Snapshotted<P extends AnySubscription, Context> {
  /** Computes the state that a subscriber starts with, in place of the one folded from the log. */
  readonly snapshot: SnapshotFunction<P, Context>;
}

/**
 * How a log-backed subscription is served. A `filter` on shared state needs a `snapshot` of its own: the state folded for
 * all would show what the filter hides.
 */
export type LiveOptions<P extends AnySubscription, Context> = [StateOf<P>] extends [never]
  ? Filtered<P, Context> & { readonly snapshot?: never }
  : (Snapshotted<P, Context> & Filtered<P, Context>) | { readonly snapshot?: never; readonly filter?: never };

declare const context: unique symbol;

/** A procedure of the contract, made to work in a context of type `Context`. */
export interface Implementation<P extends AnyProcedure = AnyProcedure, Context = never> {
  readonly procedure: P;
  readonly middlewares: readonly AnyMiddleware[];
  readonly run: Run;
  readonly [context]?: (context: Context) => void;
}

/** What is run when a procedure is called. Types were checked where it was built. */
export type Run =
  | { readonly kind: "call"; readonly handler: (args: never) => unknown }
  | {
      readonly kind: "live";
      readonly snapshot: ((args: never) => Promise<SnapshotLike> | SnapshotLike) | undefined;
      readonly filter: ((event: never, args: never) => boolean) | undefined;
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
