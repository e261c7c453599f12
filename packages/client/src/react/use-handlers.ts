import type { AnySubscription } from "@sluice/contract";
import { useEffect, useInsertionEffect, useMemo } from "react";
import { guarded } from "../platform/report.js";
import type { LiveView } from "../query/live-view.js";
import type { HandlerOptions } from "./handler-options.js";

const none: HandlerOptions<AnySubscription> = {};

/** Calls the handlers of the latest commit. */
export function useHandlers(view: LiveView | undefined, handlers: HandlerOptions<AnySubscription>): void {
  // One per view: a view that was just replaced calls handlers until effects run, and the new ones expect another
  // input.
  const latest = useMemo(() => ({ view, handlers: none }), [view]);
  // Before all other effects, so that no event gets to a handler of an earlier render.
  useInsertionEffect(() => {
    latest.handlers = handlers;
  });
  useEffect(
    () =>
      latest.view?.listen({
        event(event) {
          const { on } = latest.handlers;
          if (on && Object.hasOwn(on, event.type)) guarded(on[event.type], event.data, event);
        },
        reset: (reset) => guarded(latest.handlers.onReset, reset),
      }),
    [latest],
  );
}
