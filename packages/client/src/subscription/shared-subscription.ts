import type { AnySubscription, StateOf } from "@sluice/contract";
import type { Connection } from "../transport/connection-state.js";
import type { SubscriptionHandlers } from "./handlers.js";

/**
 * One subscription of a client, whoever looks at it: it holds the connection, the position reached and the state, and
 * tells every subscriber the same events in the same order.
 */
export interface SharedSubscription<P extends AnySubscription> {
  readonly connection: Connection;
  /** The state, once there is one; the `known` flag tells an undefined state from none. */
  readonly state: { readonly known: false } | { readonly known: true; readonly value: StateOf<P> };
  /**
   * Opens the connection with the first subscriber and lets go of it, after the client's `linger`, when the last one left.
   * A subscriber that joins sees the state at once and events from then on.
   */
  subscribe(handlers: SubscriptionHandlers<P>): () => void;
  /**
   * Opens anew without a cursor where there is state, and resolves once a fresh snapshot is in; without state, resolves when
   * the connection is live. What is shown stays until then, and no event is told twice. Starts an ended or failed
   * subscription over, for those who are still subscribed too.
   *
   * @throws SluiceError the final error, if the subscription fails before that; `aborted`, if its last subscriber leaves.
   */
  resync(): Promise<void>;
}
