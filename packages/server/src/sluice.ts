import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  ContractTree,
  InputOf,
  OutputOf,
  WithoutInput,
} from "@sluice/contract";
import { assemble, type SluiceParts } from "./assemble.js";
import { close } from "./close.js";
import type { Disconnected, DisconnectFilter } from "./control/disconnect-options.js";
import { type DrainOptions, drain } from "./drain.js";
import { handle } from "./handler.js";
import { ownOf } from "./options/own-procedure.js";
import { warnerOfUnidentified } from "./presence/unidentified.js";
import { type CallOptions, callLocally } from "./procedure/call.js";
import type { Implementation } from "./procedure/implementation.js";
import type { Router } from "./procedure/router.js";
import type { GetTopic } from "./publish/topic-handle.js";
import { type Running, runningKey } from "./running.js";
import type { SluiceOptions } from "./sluice-options.js";
import { type Stats, statsOf } from "./stats.js";

/** A running router. Adapters serve it over HTTP; everything else works without one. */
export interface Sluice<Context = never> {
  /** See `GetTopic`. */
  readonly topic: GetTopic;
  /**
   * Calls a query or mutation in this process, through its middleware.
   *
   * @throws SluiceError `badRequest` for an invalid input. Errors of middleware and handler are thrown as they are.
   */
  call<P extends AnyQuery | AnyMutation>(procedure: WithoutInput<P, P, "call(procedure, input)">): Promise<OutputOf<P>>;
  call<P extends AnyQuery | AnyMutation>(
    procedure: P,
    input: InputOf<P>,
    options?: CallOptions<Context>,
  ): Promise<OutputOf<P>>;
  /**
   * Disconnects all clients, for a deploy. It accepts no new streams (503), asks open ones to reconnect, and closes
   * those that are still open after `timeout` milliseconds (default: 5,000). Clients resume at their cursor if the log
   * outlives this process. Resumable runs in this process end as `interrupted`. Queries and mutations are still
   * answered.
   *
   * @throws RangeError if `timeout` is not a whole number of milliseconds.
   * @throws TypeError if an option is unknown. In both cases no client was disconnected.
   */
  drain(options?: DrainOptions): Promise<void>;
  /**
   * Drains all clients (see `drain`), and then ends everything else: publishes that are under way may finish, leases are
   * given back, watches stopped, and the log closed, if its engine can be closed (then whoever else uses this log object
   * must be done, too). From the call on, requests and `call` are refused (503), and after the drain `topic` is, too.
   * May be called again: all calls get one promise.
   *
   * @throws RangeError if `timeout` is not a whole number of milliseconds.
   * @throws TypeError if an option is unknown. In both cases nothing is closed.
   * @example
   * ```ts
   * process.once("SIGTERM", () => {
   *   server.close(); // listens no longer, so that a balancer sends clients that come back to other servers
   *   void sluice.close().then(() => server.closeAllConnections());
   * });
   * ```
   */
  close(options?: DrainOptions): Promise<void>;
  /**
   * Ends open subscriptions with a typed reason, on all servers on the log: no event follows, replayed or new. One
   * that is being opened (its context, middleware or snapshot is pending) is refused with the same reason, as 403 or 401,
   * or in its lane of a multiplexed stream, whose other lanes go on. Revoke the authorisation first, so that none is opened
   * again.
   *
   * This server's subscriptions end in the turn of the call. The promise resolves when the log has the word: from then on
   * each other server obeys as soon as it reads that, also after it was cut off from the log, and admits nobody while it
   * can't read. There, a subscription that was opened after the call may end, too.
   *
   * @returns how many open subscriptions of this server were `ended`. Those that are being opened do not count, because
   * their tags are not known yet.
   * @throws TypeError at once, if the filter cannot match: an unknown path or key, a `key` without a `path`, or an
   * unknown `reason` or option.
   * @throws SluiceError `unavailable` if the log can't be reached: this server's subscriptions have ended, but other servers
   * may not have been told. Call it again.
   * @example await sluice.disconnect({ tag: `user:${id}` });
   */
  disconnect(filter: DisconnectFilter): Promise<Disconnected>;
  /** A snapshot of counters. Cheap to read. */
  stats(): Stats;
  /** Type only: the context that adapters must provide. */
  readonly "~context"?: (context: Context) => void;
}

/** For tests of internals. Adapters use `runningOf`. */
export const partsOf = (sluice: Sluice): SluiceParts =>
  (sluice as unknown as { readonly [runningKey]: { readonly parts: SluiceParts } })[runningKey].parts;

/**
 * Creates a running Sluice from a router.
 *
 * @throws RangeError if a limit, an interval or a number in `retain` is out of range.
 * @throws TypeError if an option is unknown, or a path in `retain` is not a subscription's.
 * @example export const sluice = createSluice(router, { log: memoryLog(), retain: { "prices/ticks": { events: 1_000 } } });
 */
export function createSluice<Tree extends ContractTree, Context>(
  router: Router<Tree, Context>,
  options: SluiceOptions<NoInfer<Tree>> = {},
): Sluice<Context> {
  const parts = assemble(router as unknown as Router, options as SluiceOptions);
  const { procedures, implementations, tools, report } = parts;
  const find = (given: AnyProcedure, what: string): Implementation =>
    implementations.get(ownOf(procedures, given, what).path) as Implementation;
  const running: Running & { readonly parts: SluiceParts } = {
    handle: (exchange) => handle(parts, exchange),
    report,
    warnOfUnidentified: warnerOfUnidentified(implementations),
    parts,
  };
  return {
    topic: tools.topic,
    call: async (procedure: AnyQuery | AnyMutation, input?: unknown, callOptions: CallOptions<Context> = {}) => {
      parts.publishing.closing.assertServing();
      return callLocally(parts, find(procedure, "call() takes a query or mutation"), input, callOptions) as never;
    },
    disconnect: tools.disconnect,
    close: (closeOptions) => close(parts, closeOptions),
    stats: () => statsOf(parts),
    drain: (drainOptions) => drain(parts, drainOptions),
    [runningKey]: running,
  } satisfies Sluice<Context> & { readonly [runningKey]: Running } as Sluice<Context>;
}
