import type {
  AnyMutation,
  AnyProcedure,
  AnyQuery,
  AnySubscription,
  ContractTree,
  EventOf,
  InputOf,
  OutputOf,
} from "@sluice/contract";
import type { LeftOut } from "@sluice/contract/internal";
import type { IterateOptions, SubscriptionHandlers } from "../subscription/handlers.js";
import type { SharedSubscription } from "../subscription/shared-subscription.js";
import type { StoreOf } from "../subscription/store.js";

export interface CallOptions {
  /** Cancels the request when it aborts: the promise rejects with the error `aborted`. */
  readonly signal?: AbortSignal;
}

/** Key of what hooks need of a client, a subtree or a procedure. */
export const internals: unique symbol = Symbol.for("sluice.client.internals");

/** Of a client or subtree, or of a procedure. */
export type NodeInternals = { readonly clientId: string } & (
  | { readonly path: string }
  | { readonly procedure: AnyProcedure }
);

export interface SubscriptionInternals<P extends AnySubscription> {
  /** Unique in a page, so that clients never share cache entries. */
  readonly clientId: string;
  readonly procedure: P;
  /** The client's option, in milliseconds. */
  readonly linger: number;
  /** The one subscription that all views with this input share in this client. Idle without subscribers. */
  shared(input: InputOf<P>): SharedSubscription<P>;
}

/**
 * Input and handlers, or handlers alone if the input is optional. One signature, so that a union of procedures can be
 * called.
 */
export type SubscribeArguments<Input, Handlers> =
  | [input: Input, handlers: Handlers]
  | (undefined extends Input ? [handlers: Handlers] : never);

/** Not callable: its only signature is there for the compiler to say what to write instead. */
type NotCalled = (
  this: "a subscription is not called: write .iterate(input) or .subscribe(input, handlers)",
  ...given: readonly unknown[]
) => never;

/** What every subscription of a client has, with or without the contract. */
export interface SubscriptionBase<P extends AnySubscription> extends NotCalled {
  /**
   * Reads the events one by one over a connection of its own. A slow reader slows the server down in Node and Chromium;
   * Firefox and WebKit buffer in memory.
   *
   * @throws SluiceError in the loop: a final error of the server, `gap` (unless `onReset` is given), `interrupted`,
   * `aborted`.
   * @example
   * for await (const event of client.scores.watch.iterate({ matchId: "m1" })) console.log(event.type, event.data);
   */
  iterate(input: InputOf<P> | LeftOut<InputOf<P>>, options?: IterateOptions): AsyncIterable<EventOf<P>>;
  /**
   * The subscription as a store: the state, or else the latest event (also if the client was created from a type), as
   * an immutable snapshot that is the same object until something changes. It has the shape that
   * `useSyncExternalStore`, signals and Svelte take, and shares its connection with other subscribers with the same
   * input. While it is in use, the store of an input is the same object each time.
   *
   * @example
   * const { subscribe, get } = client.scores.watch.store({ matchId: "m1" });
   * const { data, status, connection } = useSyncExternalStore(subscribe, get, get);
   * @example const stop = client.scores.watch.store({ matchId: "m1" }).subscribe(({ data }) => show(data));
   */
  store(input: InputOf<P> | LeftOut<InputOf<P>>): StoreOf<P>;
  readonly [internals]: SubscriptionInternals<P>;
}

/** A subscription of a client. */
export interface SubscriptionProcedure<P extends AnySubscription> extends SubscriptionBase<P> {
  /**
   * Calls the handlers until the returned function is called or `signal` aborts. Subscribers with the same input share
   * one connection.
   *
   * @example const stop = client.scores.watch.subscribe({ matchId: "m1" }, { on: { goal: ({ minute }) => show(minute) } });
   * @example const stop = client.news.subscribe({ onEvent: show }); // an optional input may be left out
   */
  subscribe(...given: SubscribeArguments<InputOf<P>, SubscriptionHandlers<P>>): () => void;
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

/** What every client has beside its contract's tree: no key of a contract starts with a `$`. */
// No interface, as those fit no index signature, which a function that takes any part of a client has.
export type ClientMembers = {
  /**
   * Closes the client for good. Subscriptions end: loops are done after the events that have come, handlers get `onEnd`,
   * the connection is `closed`. Calls under way reject with the error `aborted`; so does all that is asked of the client
   * later. No timer or connection is left. Handlers are called in a microtask. A second call does nothing.
   *
   * @example client.$close(); // after a logout
   */
  $close(): void;
};

/** The contract's tree: queries and mutations to call, subscriptions to subscribe to. */
export type Client<Tree> = ClientTree<Tree> & ClientMembers;

/** A subtree of a `Client`. */
export type ClientTree<Tree> = { readonly [Name in keyof Tree]: ClientNode<Tree[Name]> };

type ClientNode<Node> = Node extends AnySubscription
  ? SubscriptionProcedure<Node>
  : Node extends AnyQuery | AnyMutation
    ? CallProcedure<Node>
    : Node extends ContractTree
      ? ClientTree<Node>
      : never;
