import type { AnySubscription } from "@sluice/contract";
import { useEffect, useInsertionEffect, useRef } from "react";
import type { LiveView } from "../cache/live-view.js";
import { guarded } from "../connection/report.js";
import type { HandlerOptions } from "./use-subscription.js";

/** Calls the handlers of the latest commit. New functions at every render change nothing but that. */
export function useHandlers(view: LiveView | undefined, { on, onReset }: HandlerOptions<AnySubscription>): void {
  const latest = useRef({ on, onReset });
  // Before any other effect, so that no event can meet a handler of an earlier render.
  useInsertionEffect(() => {
    latest.current = { on, onReset };
  });
  useEffect(
    () =>
      view?.listen({
        event(event) {
          const { on } = latest.current;
          if (on && Object.hasOwn(on, event.type)) guarded(on[event.type], event.data, event);
        },
        reset: (reset) => guarded(latest.current.onReset, reset),
      }),
    [view],
  );
}
