import { notifyManager } from "@tanstack/react-query";
import { useCallback, useSyncExternalStore } from "react";
import type { LiveView } from "../query/live-view.js";
import { type LiveSnapshot, notAsked } from "../query/snapshot.js";

const nothing = () => {};

/** What a view shows beside its query's data. */
export function useLiveSnapshot(view: LiveView | undefined): LiveSnapshot {
  const subscribe = useCallback(
    // As TanStack does: in a batch, both are told together.
    (listener: () => void) => view?.subscribe(notifyManager.batchCalls(listener)) ?? nothing,
    [view],
  );
  const read = () => view?.snapshot ?? notAsked;
  return useSyncExternalStore(subscribe, read, read);
}
