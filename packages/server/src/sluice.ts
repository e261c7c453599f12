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
import type { DisconnectFilter } from "./admission/access.js";
import { disconnect } from "./admission/disconnect.js";
import { assemble, type SluiceParts } from "./assemble.js";
import { type DrainOptions, drain } from "./drain.js";
import { handle } from "./handler.js";
import { type SubscribeOptions, subscribeLocally } from "./in-process.js";
import { ownOf } from "./options/own-procedure.js";
import { type CallOptions, callLocally } from "./procedure/call.js";
import type { Implementation } from "./procedure/implementation.js";
import type { Router } from "./procedure/router.js";
import type { ReadState } from "./procedure/state-reader.js";
import type { Publish } from "./publish/publisher.js";
import { type Running, runningKey } from "./running.js";
import type { SluiceOptions } from "./sluice-options.js";
import { type Stats, statsOf } from "./stats.js";

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

/** For tests, which look inside: adapters go by `runningOf`. */
export const partsOf = (sluice: Sluice): SluiceParts =>
  (sluice as unknown as { readonly [runningKey]: { readonly parts: SluiceParts } })[runningKey].parts;

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
  const parts = assemble(router as unknown as Router, options);
  const { procedures, implementations, tools, report } = parts;
  const find = (given: AnyProcedure, what: string): Implementation =>
    implementations.get(ownOf(procedures, given, what).path) as Implementation;
  const running: Running & { readonly parts: SluiceParts } = {
    handle: (exchange) => handle(parts, exchange),
    report,
    parts,
  };
  return {
    publish: tools.publish,
    call: async (procedure: AnyQuery | AnyMutation, input?: unknown, callOptions: CallOptions<Context> = {}) =>
      callLocally(parts, find(procedure, "call() takes a query or mutation"), input, callOptions) as never,
    subscribe: (procedure: AnySubscription, input?: unknown, subscribeOptions: SubscribeOptions<Context, never> = {}) =>
      subscribeLocally(
        parts.local,
        find(procedure, "subscribe() takes a subscription"),
        input,
        subscribeOptions,
      ) as never,
    disconnect: (filter) => disconnect(parts, filter),
    stats: () => statsOf(parts),
    state: tools.state,
    drain: (drainOptions) => drain(parts, drainOptions),
    [runningKey]: running,
  } satisfies Sluice<Context> & { readonly [runningKey]: Running } as Sluice<Context>;
}
