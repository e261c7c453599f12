import type { AnySubscription } from "@sluice/contract";
import type { Reset, SubscriptionHandlers } from "../subscription/handlers.js";

/** A component's handlers. The functions may be new with every render: the latest ones are called. */
export interface HandlerOptions<P extends AnySubscription> {
  /**
   * Handlers by event type. They get every event from the mount on, in order, at once. Events that a snapshot contains don't
   * come again: after a gap, only `onReset` tells that some are missing. So who refetches a query with an event does it there, too.
   */
  readonly on?: SubscriptionHandlers<P>["on"];
  /** Called for a gap in history. A list or fold starts anew; state is shown until the fresh one comes. */
  readonly onReset?: (reset: Reset) => void;
}
