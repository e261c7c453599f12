import type { AnySubscription } from "@sluice/contract";
import { useEffect, useInsertionEffect, useMemo } from "react";
import { guarded } from "../platform/report.js";
import type { LiveView } from "../query/live-view.js";
import type { HandlerOptions } from "./handler-options.js";

const none: HandlerOptions<AnySubscription> = {};

/** Calls the handlers of the latest commit. New functions at every render change nothing but that. */
export function useHandlers(view: LiveView | undefined, handlers: HandlerOptions<AnySubscription>): void {
  // Each view has its own: one that was just replaced tells until effects run, and the new handlers know another input.
  const latest = useMemo(() => ({ view, handlers: none }), [view]);
  // Before any other effect, so that no event can meet a handler of an earlier render.
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
