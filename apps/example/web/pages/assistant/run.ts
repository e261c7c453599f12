import { useMemo, useSyncExternalStore } from "react";

/** A run of the assistant. The address contains it, so everybody with the address attaches to the same run. */
export interface Run {
  readonly runId: string;
  readonly prompt: string;
}

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  // Browsers that support it also report links within the app, which lead to a page without a run.
  globalThis.navigation?.addEventListener("currententrychange", listener);
  return () => {
    removeEventListener("popstate", listener);
    globalThis.navigation?.removeEventListener("currententrychange", listener);
  };
}

/** The run in the address. A reload, a second window and the back button all work the same way. */
export function useRun(): Run | undefined {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return useMemo(() => {
    const params = new URLSearchParams(search);
    const [runId, prompt] = [params.get("run"), params.get("prompt")];
    return runId && prompt ? { runId, prompt } : undefined;
  }, [search]);
}

/** Starts a new run with this prompt. */
export function ask(prompt: string): void {
  const search = new URLSearchParams({ run: crypto.randomUUID(), prompt });
  history.pushState(null, "", `${location.pathname}?${search}`);
  dispatchEvent(new PopStateEvent("popstate"));
}
