import type { AnySubscription } from "@sluice/contract";
import type { SubscriptionHandlers } from "./handlers.js";
import type { SharedSubscription } from "./shared-subscription.js";

type Handlers = SubscriptionHandlers<AnySubscription>;

/** A procedure's `subscribe`: an argument that stands alone is the handlers, since these are never left out. */
export const subscribeBy =
  (sharedOf: (input: unknown) => SharedSubscription<AnySubscription>) =>
  (...given: readonly [handlers: Handlers] | readonly [input: unknown, handlers: Handlers]): (() => void) =>
    given.length === 1 ? sharedOf(undefined).subscribe(given[0]) : sharedOf(given[0]).subscribe(given[1]);
