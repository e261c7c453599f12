import type { AnySubscription } from "@sluice/contract";
import type { SubscriptionHandlers } from "../subscription/handlers.js";
import type { Registry } from "../subscription/registry.js";
import { internals } from "./procedure.js";
import type { ClientSettings } from "./settings.js";

type Handlers = SubscriptionHandlers<AnySubscription>;

/** What a subscription of a client has beside being called. */
export function membersOf(registry: Registry, { id, linger }: ClientSettings, procedure: AnySubscription) {
  const shared = (input: unknown) => registry.shared(procedure, input);
  return {
    /** An argument that stands alone is the handlers, since these are never left out. */
    subscribe: (
      ...given: readonly [handlers: Handlers] | readonly [input: unknown, handlers: Handlers]
    ): (() => void) =>
      given.length === 1 ? shared(undefined).subscribe(given[0]) : shared(given[0]).subscribe(given[1]),
    [internals]: { clientId: id, procedure, linger, shared },
  };
}
