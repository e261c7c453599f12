import type {
  AnyMutation,
  AnyQuery,
  AnySubscription,
  ContractTree,
  EventOf,
  InputOf,
  LeftOut,
  OutputOf,
} from "@sluice/contract";
import type { IterateOptions, SubscriptionHandlers } from "../subscription/handlers.js";
import type { SharedSubscription } from "../subscription/shared-subscription.js";

export interface CallOptions {
  /** Gives the request up when it aborts: the promise rejects with the error `aborted`. */
  readonly signal?: AbortSignal;
}

/** Where the hooks find what stands behind a procedure of a client. */
export const internals: unique symbol = Symbol.for("sluice.client.internals");

export interface SubscriptionInternals<P extends AnySubscription> {
  /** Differs between clients in one page, so that they never share cache entries. */
  readonly clientId: string;
  readonly procedure: P;
  /** The client's option, in milliseconds. */
  readonly linger: number;
  /** The one subscription that all views with this input share in this client. It is idle until somebody subscribes. */
  shared(input: InputOf<P>): SharedSubscription<P>;
}

/** An input and handlers, or handlers alone where the input may be left out. One signature, so that a union of procedures can be called. */
export type SubscribeArguments<Input, Handlers> =
  | [input: Input, handlers: Handlers]
  | (undefined extends Input ? [handlers: Handlers] : never);

/** A subscription of a client. */
export interface SubscriptionProcedure<P extends AnySubscription> {
  /**
   * Reads the events one by one over a connection of its own. Reading slowly slows the server down in Node and Chromium;
   * Firefox and WebKit read on and keep what waits in memory.
   *
   * @throws SluiceError in the loop: a final error of the server, `gap` (unless `onReset` is given), `interrupted`, `aborted`.
   * @example for await (const event of client.scores.watch({ matchId: "m1" })) console.log(event.type, event.data);
   */
  (input: InputOf<P> | LeftOut<InputOf<P>>, options?: IterateOptions): AsyncIterable<EventOf<P>>;
  /**
   * Calls the handlers until the returned function is called. Subscribers with the same input share one connection.
   *
   * @example const stop = client.scores.watch.subscribe({ matchId: "m1" }, { on: { goal: ({ minute }) => show(minute) } });
   * @example const stop = client.news.subscribe({ onEvent: show }); // an input that may be undefined may be left out
   */
  subscribe(...given: SubscribeArguments<InputOf<P>, SubscriptionHandlers<P>>): () => void;
  readonly [internals]: SubscriptionInternals<P>;
}

export interface CallInternals<P extends AnyQuery | AnyMutation> {
  readonly clientId: string;
  readonly procedure: P;
}

/** A query or mutation of a client. Rejects with a `SluiceError`, of `ErrorOf` the procedure. */
export interface CallProcedure<P extends AnyQuery | AnyMutation> {
  (input: InputOf<P> | LeftOut<InputOf<P>>, options?: CallOptions): Promise<OutputOf<P>>;
  readonly [internals]: CallInternals<P>;
}

/** The client's tree: the contract's, each procedure made callable. */
export type Client<Tree> = { readonly [Name in keyof Tree]: ClientNode<Tree[Name]> };

type ClientNode<Node> = Node extends AnySubscription
  ? SubscriptionProcedure<Node>
  : Node extends AnyQuery | AnyMutation
    ? CallProcedure<Node>
    : Node extends ContractTree
      ? Client<Node>
      : never;
