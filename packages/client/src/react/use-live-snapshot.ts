import { notifyManager } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import type { LiveView } from "../query/live-view.js";
import { type LiveSnapshot, notAsked } from "../query/snapshot.js";
import type { Reads } from "./use-reads.js";

const nothing = () => {};

/** What a view shows beside its query's data. Renders if a part of it has changed that the component reads. */
export function useLiveSnapshot(view: LiveView | undefined, reads: Reads): LiveSnapshot {
  const subscribe = useCallback(
    (listener: () => void) => {
      reads.isMounted = true;
      if (!view) return nothing;
      // In a batch, TanStack tells its observers and this one together.
      const tell = notifyManager.batchCalls(listener);
      let { ended } = view.snapshot;
      return view.subscribe(() => {
        const before = ended;
        ended = view.snapshot.ended;
        // Stopped under a mounted component: its query has left the cache, and only a render brings it back.
        if (reads.has("connection") || ended !== before || !view.isStarted) tell();
      });
    },
    [view, reads],
  );
  const read = () => view?.snapshot ?? notAsked;
  return useSyncExternalStore(subscribe, read, read);
}
