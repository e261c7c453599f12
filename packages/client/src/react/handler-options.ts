import type { AnySubscription } from "@sluice/contract";
import type { Reset, SubscriptionHandlers } from "../subscription/handlers.js";

/** What a component wants to be told. The functions may be new at every render: the latest ones are called. */
export interface HandlerOptions<P extends AnySubscription> {
  /** By event type. They see every event from the mount on, in order, as it comes. */
  readonly on?: SubscriptionHandlers<P>["on"];
  /** A gap in history. A list or fold starts anew after it; state is shown until the fresh one is there. */
  readonly onReset?: (reset: Reset) => void;
}
