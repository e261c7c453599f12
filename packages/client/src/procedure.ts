import type {
  AnyMutation,
  AnyQuery,
  AnySubscription,
  ContractTree,
  ErrorOf,
  EventDataOf,
  EventOf,
  InputOf,
  LeftOut,
  OutputOf,
  StateOf,
} from "@sluice/contract";
import type { ResetReason } from "@sluice/contract/wire";
import type { SharedSubscription } from "./subscription/shared-subscription.js";
import type { Connection } from "./transport/connection-state.js";

/** Events between the last one applied and what follows are not to be had. */
export interface Reset {
  /** The server's reason, or `resync`: a fresh snapshot was asked for, and it is ahead of the events that came one by one. */
  readonly reason: ResetReason | "resync";
  /** Cursor before the oldest event that the log still has. */
  readonly oldest: string;
  readonly head: string;
}

/** Handlers by event type. They see every event, in order. */
export type EventHandlers<P extends AnySubscription> = {
  readonly [Type in keyof P["events"] & string]?: (data: EventDataOf<P, Type>, event: EventOf<P>) => void;
};

/** What a subscriber wants to be told. */
export interface SubscriptionHandlers<P extends AnySubscription> {
  /** By event type; see `EventHandlers`. */
  readonly on?: {
    readonly [Type in keyof P["events"] & string]?: (data: EventDataOf<P, Type>, event: EventOf<P>) => void;
  };
  /** Every event, whatever its type. */
  readonly onEvent?: (event: EventOf<P>) => void;
  /** The state, at once if it is known and after every change. Never called where the contract declares none. */
  readonly onState?: (state: StateOf<P>) => void;
  /** How the connection is doing, at once and after every change. That the cursor moved is no change. */
  readonly onConnection?: (connection: Connection) => void;
  /** A gap in history. With state, a fresh snapshot follows. */
  readonly onReset?: (reset: Reset) => void;
  /**
   * The subscription failed for good. Nothing is called after it. Stop it as well: as long as somebody holds it, whoever
   * subscribes with the same input shares it and is told the same error.
   */
  readonly onError?: (error: ErrorOf<P>) => void;
  /** The subscription came to its proper end. Nothing is called after it. */
  readonly onEnd?: () => void;
  /** Stops the subscription when it aborts, as calling the returned function does. */
  readonly signal?: AbortSignal;
}

export interface IterateOptions {
  /** Ends the iteration when it aborts: the loop throws the error `aborted`. */
  readonly signal?: AbortSignal;
  /** Where to start: the `id` of the last event that was applied. Default: where the contract says. */
  readonly cursor?: string;
  /** Told of a gap in history. Without it, a gap makes the loop throw the error `gap`. */
  readonly onReset?: (reset: Reset) => void;
}

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
