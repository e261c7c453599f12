import type { Query } from "@tanstack/query-core";

/**
 * Makes a refetch of a query without data resolve once its connection is live: `await invalidateQueries()` should not
 * wait for a first event that may never come. Suspense, `fetchQuery` and `prefetchQuery` still wait for the first
 * value, as they have nothing to show without it.
 *
 * TanStack shares one promise between all callers of a fetch. A refetch is told apart by its option `cancelRefetch`.
 */
export function refetchUntilLive(query: Query, untilLive: () => Promise<void>): void {
  const fetch = query.fetch.bind(query);
  query.fetch = (options, fetchOptions) => {
    const fetched = fetch(options, fetchOptions);
    if (!fetchOptions?.cancelRefetch || query.state.data !== undefined) return fetched;
    return Promise.race([fetched, untilLive()]);
  };
}
