import type { AnySubscription, StateOf } from "@sluice/contract";
import type { Connection } from "../transport/connection-state.js";
import type { SubscriptionHandlers } from "./handlers.js";
import type { StoreOf } from "./store.js";

/**
 * A subscription of a client, shared by its subscribers: it has the connection, the cursor and the state, and delivers
 * the same events to all in the same order.
 */
export interface SharedSubscription<P extends AnySubscription> {
  readonly connection: Connection;
  /** The state, once there is one: `known` tells a state that is `undefined` from none. */
  readonly state: { readonly known: false } | { readonly known: true; readonly value: StateOf<P> };
  /** The same object each time, so that components may ask for it whenever they render. */
  readonly store: StoreOf<P>;
  /**
   * The first subscriber opens the connection; the client's `linger` after the last one left, it closes. A subscriber
   * that joins gets the state at once, and events from then on.
   */
  subscribe(handlers: SubscriptionHandlers<P>): () => void;
  /**
   * With state, reopens without a cursor and resolves once a fresh snapshot is in; the old state stays until then, and
   * no event is delivered twice. Without state, resolves once the connection is live. Restarts a subscription that is
   * over, also for those still subscribed.
   *
   * @throws SluiceError the final error, if the subscription fails before that; `aborted`, if its last subscriber
   * leaves.
   */
  resync(): Promise<void>;
}
