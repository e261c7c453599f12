import type { AnySubscription } from "@sluice/contract";
import type { Connection } from "../transport/connection-state.js";
import type { TopicFrame } from "../transport/transport.js";
import type { KnownState } from "./fold.js";
import type { SubscriptionHandlers } from "./handlers.js";
import type { StoreOf } from "./store.js";

/**
 * A subscription of a client, shared by its subscribers: it has the connection, the cursor and the state, and delivers
 * the same events to all in the same order.
 */
export interface SharedSubscription<P extends AnySubscription> {
  readonly connection: Connection;
  /** The state, if the contract declares one, else the latest event. `known` tells a state that is `undefined` from none. */
  readonly shown: KnownState;
  /** The same object each time, so that components may ask for it whenever they render. */
  readonly store: StoreOf<P>;
  /**
   * The first subscriber opens the connection; the client's `linger` after the last one left, it closes. A subscriber
   * that joins gets the state at once, and events from then on.
   *
   * @param seed applied first, if this subscriber opens the connection: what was known elsewhere, and its cursor, from which it then
   * resumes.
   */
  subscribe(handlers: SubscriptionHandlers<P>, seed?: TopicFrame): () => void;
  /** Closes at once what would linger. */
  release(): void;
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
