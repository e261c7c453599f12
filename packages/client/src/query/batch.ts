import type { QueryClient } from "@tanstack/query-core";

/**
 * Runs `work` in a batch: TanStack notifies all observers in one task, and React commits once. The batch is of the
 * client's own copy of query-core; an imported `notifyManager` could be that of another one.
 */
export function batch(client: QueryClient, work: () => void): void {
  const [any] = client.getQueryCache().getAll();
  const update = () => {
    work();
    return undefined; // changes nothing
  };
  if (any) client.setQueriesData({ predicate: (query) => query === any }, update);
  else work();
}
