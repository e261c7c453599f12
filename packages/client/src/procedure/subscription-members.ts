import type { AnySubscription } from "@sluice/contract";
import type { IterateOptions, SubscriptionHandlers } from "../subscription/handlers.js";
import { iterate } from "../subscription/iterate.js";
import type { Registry } from "../subscription/registry.js";
import { internals } from "./procedure.js";
import type { ClientSettings } from "./settings.js";

type Handlers = SubscriptionHandlers<AnySubscription>;

/** The members of a subscription. */
export function membersOf(registry: Registry, settings: ClientSettings, procedure: AnySubscription) {
  const { id, linger } = settings;
  const shared = (input: unknown) => registry.shared(procedure, input);
  return {
    iterate: (input: unknown, options?: IterateOptions) => iterate(settings, procedure, input, options),
    /** The handlers are last, and never left out. */
    subscribe(...given: [handlers: Handlers] | [input: unknown, handlers: Handlers]): () => void {
      const handlers = given.pop() as Handlers;
      return shared(given[0]).subscribe(handlers);
    },
    store: (input?: unknown) => shared(input).store,
    [internals]: { clientId: id, procedure, linger, shared },
  };
}
