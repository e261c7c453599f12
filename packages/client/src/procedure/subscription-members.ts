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
    /** A single argument is the handlers, which are never left out. */
    subscribe: (
      ...given: readonly [handlers: Handlers] | readonly [input: unknown, handlers: Handlers]
    ): (() => void) =>
      given.length === 1 ? shared(undefined).subscribe(given[0]) : shared(given[0]).subscribe(given[1]),
    store: (input?: unknown) => shared(input).store,
    [internals]: { clientId: id, procedure, linger, shared },
  };
}
