import type { Client } from "@sluice/client";
import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ContractTree,
  EventInputOf,
  InputOf,
  OutputOf,
} from "@sluice/contract";
import type { RaisableCode, SluiceError, SluiceOptions } from "@sluice/server";
import type { Answer } from "./answers.js";
import type { EndingCode, ErrorFor } from "./errors.js";
import type { Network } from "./network.js";
import type { RefuseOptions } from "./refusals.js";
import type { TestClientOptions } from "./test-client.js";

export interface FakeServerOptions extends Pick<SluiceOptions, "onError"> {
  /** The path below which it answers, for clients that the test doesn't make: as in `sluiceFetch`. Default: `""`. */
  readonly base?: string;
}

type Events<P extends AnySubscription> = EventInputOf<P> | readonly EventInputOf<P>[];

/** A server that says what a test tells it to, and the network before it. */
export interface FakeServer<Tree extends ContractTree> extends Omit<Network, "refuse">, AsyncDisposable {
  /**
   * Creates a client of this server. It retries at once, and lets go of what nobody uses at once: to see delays, give
   * `retry: { base: 1_000 }`.
   *
   * @throws TypeError for an unknown option. Error if the server is closed.
   */
  client(options?: TestClientOptions): Client<Tree>;
  /**
   * Publishes one event, or several together, whoever is connected: who isn't gets them on coming back. Resolves when they are in
   * the log. The input is left out where the contract lets callers do so.
   *
   * @throws TypeError for what is no subscription of the contract; ValidationError for an event that doesn't fit.
   * @example await server.emit(contract.scores.watch, { matchId: "m1" }, { type: "goal", data: { team: "home", minute: 12 } });
   */
  emit<P extends AnySubscription>(
    procedure: P,
    ...given: [input: InputOf<P>, events: Events<P>] | (undefined extends InputOf<P> ? [events: Events<P>] : never)
  ): Promise<void>;
  /**
   * Answers a query or mutation from now on, with an output or a function: the same as a router's `handler`, with `input`,
   * `errors` and `topic`. Without an answer, a call is the error `notFound`, whose message says so, also on the console.
   *
   * @throws TypeError for what is no query or mutation of the contract, and for an output that doesn't fit.
   * @example server.answer(contract.scores.matches, [{ id: "m1" }]);
   * @example server.answer(contract.scores.report, ({ input, errors }) => { throw errors.tooLate({ data: { latest: 90 } }); });
   */
  answer<P extends AnyQuery | AnyMutation>(
    procedure: P,
    ...given: [answer: Answer<P>] | (undefined extends OutputOf<P> ? [] : never)
  ): void;
  /**
   * Answers the next requests with an error: those of a procedure, calls or subscriptions (of several on one stream, only this one),
   * or all that come, as a proxy does. Clients may try again at once, unless the error has a `retryAfter`.
   *
   * @throws TypeError for an error that the procedure can't raise. RangeError if `times` is none.
   * @example server.refuse(contract.scores.watch, "unavailable", { times: 3 });
   * @example server.refuse(contract.scores.report, new SluiceError("tooLate", { data: { latest: 90 } }));
   * @example server.refuse("unavailable"); // whatever is asked for next
   */
  refuse<P extends AnyProcedure>(procedure: P, error: ErrorFor<P>, options?: RefuseOptions): void;
  refuse(error: RaisableCode | SluiceError<RaisableCode>, options?: RefuseOptions): void;
  /**
   * Ends open subscriptions with an error, after the events before: those with this input, or all of the procedure. It is final, but
   * for `unauthorized`: then clients renew their credentials, and come back. Who subscribes later isn't concerned.
   *
   * @throws TypeError for an error that the procedure can't raise, or after which clients try again. Error if nobody is subscribed.
   * @example await server.fail(contract.scores.watch, { matchId: "m1" }, "forbidden");
   */
  fail<P extends AnySubscription>(
    procedure: P,
    ...given: [input: InputOf<P>, error: ErrorFor<P, EndingCode>] | [error: ErrorFor<P, EndingCode>]
  ): Promise<void>;
  /**
   * Ends open subscriptions without an error, after the events before, as a generator does that returns: those with this
   * input, or all of the procedure. Their topics have ended, too: nothing can be emitted before a `reset`, and who subscribes
   * later gets the state and the end.
   *
   * @throws Error if nobody is subscribed.
   */
  end<P extends AnySubscription>(procedure: P, input?: InputOf<P>): Promise<void>;
  /**
   * Loses history: of the topic with this input, of all topics of the procedure, or all. Subscribers are told by `$reset`. With state
   * they go on from `initial`; without, they end with `gap`, unless the contract's `onGap` is `"skip"`.
   */
  reset<P extends AnySubscription>(procedure?: P, input?: InputOf<P>): Promise<void>;
  /** Closes its clients and the server. Nothing is left: no timer, no connection. */
  close(): Promise<void>;
}
