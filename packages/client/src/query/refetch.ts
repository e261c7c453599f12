import type { Query } from "@tanstack/react-query";

/**
 * Makes refetching a query without data resolve when its connection is live. Whoever awaits `invalidateQueries()` asks for what
 * there is by now, and a view of events may have seen none for as long as it likes. Suspense, `fetchQuery` and `prefetchQuery`
 * go on waiting for the first value: they have nothing to show without it.
 *
 * TanStack hands one promise to all who wait for a fetch, so the two are told apart where they ask: only a refetch says
 * `cancelRefetch`.
 */
export function refetchUntilLive(query: Query, untilLive: () => Promise<void>): void {
  const fetch = query.fetch.bind(query);
  query.fetch = (options, fetchOptions) => {
    const fetched = fetch(options, fetchOptions);
    if (!fetchOptions?.cancelRefetch || query.state.data !== undefined) return fetched;
    return Promise.race([fetched, untilLive()]);
  };
}
