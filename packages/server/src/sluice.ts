import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ContractTree,
  EventOf,
  InputOf,
  OutputOf,
  StateOf,
  WithoutInput,
} from "@sluice/contract";
import { checkFunctions, checkNames, type NamesOf, proceduresOf } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import type { DisconnectFilter } from "./admission/access.js";
import { disconnect } from "./admission/disconnect.js";
import { NewTopics } from "./admission/new-topics.js";
import { type DrainOptions, drain } from "./drain.js";
import { handle } from "./handler.js";
import { type SubscribeOptions, subscribeLocally } from "./in-process.js";
import { type Limits, limitsFrom } from "./limits.js";
import { checkLog } from "./log-option.js";
import { checkWhole } from "./options.js";
import { type CallOptions, callLocally } from "./procedure/call.js";
import type { Implementation } from "./procedure/implementation.js";
import { byPath, ownOf } from "./procedure/own.js";
import { type ReadState, type ReadStateOptions, readFolded, readState } from "./procedure/read-state.js";
import type { Router } from "./procedure/router.js";
import { type Publish, publisherWith } from "./publish/publisher.js";
import { guardedReport, printReport } from "./report.js";
import { type Running, runningKey } from "./running.js";
import { Runs } from "./runs/runs.js";
import type { Runtime } from "./runtime.js";
import { type Stats, statsOf } from "./stats.js";
import { type Clock, systemClock } from "./time/clock.js";
import { TimerWheel, wheelResolution } from "./time/timer-wheel.js";
import { Counters } from "./topic/counters.js";
import { Hub } from "./topic/hub.js";
import { ReplayCache } from "./topic/replay-cache.js";
import { Snapshots } from "./topic/snapshots.js";
import { TopicStates } from "./topic/topic-states.js";

/** An error that clients got to see as `internal` or `contractMismatch`, without its cause. */
export interface ErrorReport {
  readonly error: unknown;
  /** Path of the procedure, or of a topic. */
  readonly path: string;
  readonly context: unknown;
}

export interface SluiceOptions {
  /** Where events are kept. Default: `memoryLog()`, in this process. */
  readonly log?: Log;
  /**
   * Told of every error that a client gets to see as `internal` or, where an event doesn't fold into its topic's state, as
   * `contractMismatch`: its cause stays here. Told, too, of what a schema's own code throws at an input, which is a `badRequest`
   * for the client. What it throws itself is printed. Default: prints to stderr.
   */
  readonly onError?: (report: ErrorReport) => void;
  readonly limits?: Partial<Limits>;
  /** Milliseconds between heartbeats on an idle stream, at least 250. Default: 15,000. */
  readonly heartbeat?: number;
  /** Milliseconds that clients wait before they open again after a cut. Default: 1,000. */
  readonly retry?: number;
  /**
   * Milliseconds within which a client must take something of what its full socket holds: at least 64 Ki, or all there is. One that
   * does may be as slow as it likes, whatever the size of a snapshot; one that does not is cut, and resumes when it comes again.
   * Default: 60,000.
   */
  readonly stallTimeout?: number;
  /**
   * Milliseconds that a procedure's own `snapshot()` may take; `onError` is told of one that takes longer. A stream that is
   * being opened is answered 503, one that is open ends with `unavailable`, and the client comes again. Default: 10,000.
   */
  readonly snapshotTimeout?: number;
  /**
   * Milliseconds for which the log keeps a resumable run that is over, from its last entry on: whole, whatever the age of its
   * events, but for those that are beyond the log's limits of number and bytes. Then it is freed, and whoever comes without
   * a cursor starts it anew. Default: 86,400,000, a day.
   */
  readonly runTtl?: number;
  /** Drives heartbeats and deadlines. Default: the machine's time. */
  readonly clock?: Clock;
}

const optionNames: NamesOf<SluiceOptions> = {
  log: true,
  onError: true,
  limits: true,
  heartbeat: true,
  retry: true,
  stallTimeout: true,
  snapshotTimeout: true,
  runTtl: true,
  clock: true,
};

/** A router that runs. Adapters serve it over HTTP; everything else it does without. */
export interface Sluice<Context = never> {
  /** See `Publish`. */
  readonly publish: Publish;
  /**
   * Calls a query or mutation in this process, through its middleware.
   *
   * @throws SluiceError `badRequest` for input that doesn't fit, and whatever middleware and handler throw, as it is.
   */
  call<P extends AnyQuery | AnyMutation>(procedure: WithoutInput<P, P, "call(procedure, input)">): Promise<OutputOf<P>>;
  call<P extends AnyQuery | AnyMutation>(
    procedure: P,
    input: InputOf<P>,
    options?: CallOptions<Context>,
  ): Promise<OutputOf<P>>;
  /** Subscribes in this process, through middleware, anew for each loop; the events are those that a client would get. */
  subscribe<P extends AnySubscription>(
    procedure: WithoutInput<P, P, "subscribe(procedure, input)">,
  ): AsyncIterable<EventOf<P>>;
  subscribe<P extends AnySubscription>(
    procedure: P,
    input: InputOf<P>,
    options?: SubscribeOptions<Context, StateOf<P>>,
  ): AsyncIterable<EventOf<P>>;
  /**
   * Lets all clients go, for a deploy: accepts no more streams (503), tells those that are open to come again, and closes
   * what is still open after `timeout` milliseconds (default: 5,000). They resume where they were, if the log outlives this process;
   * resumable runs that go on here end as `interrupted`. Queries and mutations are still answered.
   *
   * @throws RangeError for a timeout that is none, TypeError for an option that isn't there; nobody was told to go then.
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Ends open streams at once, and with a typed reason: not one event follows, replayed or new. `subscribe` in this process
   * throws it. What is being opened at this time (its context, middleware or snapshot is awaited) is refused with the same
   * reason, as 403 or 401.
   *
   * @returns how many open streams were ended. Whom those belong to that are being opened is not known yet: they don't count.
   * @throws TypeError for a filter that means nothing: a path or key that no subscription has, a `key` without a `path`, a `reason`
   * or a name that isn't there.
   * @example sluice.disconnect({ tag: `user:${id}` });
   */
  disconnect(filter: DisconnectFilter): number;
  /** How it is doing: a snapshot of counters, cheap to read. */
  stats(): Stats;
  /**
   * The state of a topic as it is now, and the cursor that it belongs to; see `ReadState`.
   *
   * @throws TypeError if the contract declares no state for it, and whatever a `snapshot` of its own or its middleware throws.
   * @example const { state } = await sluice.state(contract.scores.watch, { matchId: "m1" });
   */
  readonly state: ReadState;
  /** Only the type: the context that adapters have to give. */
  readonly "~context"?: (context: Context) => void;
}

/** For the tests of this package: adapters go by `runningOf`. */
export const runtimeOf = (sluice: Sluice): Runtime =>
  (sluice as unknown as { readonly [runningKey]: { readonly runtime: Runtime } })[runningKey].runtime;

/**
 * Makes a router run.
 *
 * @throws RangeError for a limit or interval that is none, TypeError for an option that isn't there, also among the log's, such as
 * a path in `overrides` that is no subscription's.
 * @example export const sluice = createSluice(router, { log: memoryLog() });
 */
export function createSluice<Tree extends ContractTree, Context>(
  router: Router<Tree, Context>,
  options: SluiceOptions = {},
): Sluice<Context> {
  const runtime = createRuntime(router as unknown as Router, options);
  const find = (given: AnyProcedure, what: string): Implementation =>
    runtime.implementations.get(ownOf(runtime.procedures, given, what).path) as Implementation;
  const running: Running & { readonly runtime: Runtime } = {
    handle: (exchange) => handle(runtime, exchange),
    report: runtime.report,
    runtime,
  };
  return {
    publish: runtime.publish,
    call: async (procedure: AnyQuery | AnyMutation, input?: unknown, callOptions: CallOptions<Context> = {}) =>
      callLocally(runtime, find(procedure, "call() takes a query or mutation"), input, callOptions) as never,
    subscribe: (procedure: AnySubscription, input?: unknown, subscribeOptions: SubscribeOptions<Context, never> = {}) =>
      subscribeLocally(runtime, find(procedure, "subscribe() takes a subscription"), input, subscribeOptions) as never,
    disconnect: (filter) => disconnect(runtime, filter),
    stats: () => statsOf(runtime),
    state: runtime.state,
    drain: (drainOptions) => drain(runtime, drainOptions),
    [runningKey]: running,
  } satisfies Sluice<Context> & { readonly [runningKey]: Running } as Sluice<Context>;
}

function createRuntime(router: Router, options: SluiceOptions): Runtime {
  checkNames("createSluice", options, optionNames);
  const {
    log = memoryLog(),
    clock = systemClock,
    heartbeat = 15_000,
    retry = 1_000,
    stallTimeout = 60_000,
    snapshotTimeout = 10_000,
    runTtl = 24 * 60 * 60_000,
    onError = printReport,
  } = options;
  checkLog("createSluice", log, router.contract);
  checkFunctions("createSluice", { onError, "clock.now": clock?.now ?? null });
  checkWhole({ heartbeat }, { least: wheelResolution, unit: "milliseconds" });
  checkWhole({ retry, stallTimeout, snapshotTimeout, runTtl }, { unit: "milliseconds" });
  const limits = limitsFrom(options.limits);
  const procedures = byPath(proceduresOf(router.contract));
  const states = new TopicStates(log);
  const counters = new Counters();
  const wheel = new TimerWheel(clock);
  const tell = guardedReport(onError);
  const report = (error: unknown, path: string, context?: unknown) => tell({ error, path, context });
  const runtime: Runtime = {
    procedures,
    implementations: router.implementations,
    log,
    states,
    snapshots: new Snapshots({ log, states, limits }),
    limits,
    heartbeat,
    retry,
    stallTimeout,
    snapshotTimeout,
    report,
    hub: new Hub({ log, pages: new ReplayCache(limits.bufferedBytes), counters, wheel, onError: report }),
    wheel,
    runs: new Runs({
      ...{ log, states, wheel, runTtl, report },
      maxEventLength: limits.eventLength,
      catchUpEvents: limits.catchUpEvents,
    }),
    publish: publisherWith(
      router.contract,
      { log, maxEventLength: limits.eventLength, onError: ({ error, path }) => report(error, path) },
      states,
      {
        onPublished: (events) => {
          counters.published += events;
        },
        assertPublishable: ({ path }) => {
          if (router.implementations.get(path)?.run.kind === "live") return;
          throw new TypeError(
            `publish() takes what live() serves; the events of "${path}" are those of its generator.`,
          );
        },
      },
    ).publish,
    state: (procedure: AnySubscription, input?: unknown, stateOptions?: ReadStateOptions) =>
      readState(runtime, procedure, input, stateOptions),
    foldedState: (procedure: AnySubscription, input?: unknown) => readFolded(runtime, procedure, input),
    connections: new Set(),
    locals: new Set(),
    openings: new Set(),
    counters,
    clients: new Map(),
    newTopics: new NewTopics(limits.newTopicsPerClient),
    draining: false,
  };
  return runtime;
}
