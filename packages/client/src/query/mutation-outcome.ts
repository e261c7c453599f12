import type { QueryClient } from "@tanstack/query-core";
import type { Start } from "./pending-types.js";

/** What is told how a mutation ends. */
export interface Outcome {
  answered(output: unknown): void;
  failed(): void;
}

const starts = new WeakMap<object, Start>();

/**
 * Tells how the mutation ends that has just started. It looks at the cache, so an application's own `onSuccess` and `onError` don't get
 * in its way.
 */
export function watchMutation(start: Start, { answered, failed }: Outcome): void {
  const cache = (start.client as QueryClient).getMutationCache();
  const mutation = cache.getAll().find((candidate) => {
    const { status, variables } = candidate.state;
    const startedBy = starts.get(candidate) ?? start;
    return startedBy === start && status === "pending" && Object.is(variables, start.variables);
  });
  if (!mutation) {
    failed(); // its cache was cleared
    return;
  }
  starts.set(mutation, start);
  const stop = cache.subscribe((event) => {
    if (event.mutation !== mutation) return;
    const change = event.type === "updated" ? event.action.type : event.type;
    if (change !== "success" && change !== "error" && change !== "removed") return;
    stop();
    if (change === "success") answered(mutation.state.data);
    else failed();
  });
}
