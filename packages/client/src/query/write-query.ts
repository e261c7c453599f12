import type { SluiceError } from "@sluice/contract";
import type { Query, QueryClient } from "@tanstack/query-core";
import { guarded } from "../platform/report.js";

export function writeData(client: QueryClient, { state, queryKey }: Query, data: unknown): void {
  if (state.data === data && state.status === "success") return;
  client.setQueryData(queryKey, data);
}

/** Sets what a failed fetch would set, even if no fetch is under way. */
export function writeError(client: QueryClient, query: Query, error: SluiceError): void {
  const { status, error: before, fetchStatus, errorUpdateCount } = query.state;
  if (status === "error" && before === error) return;
  // A fetch under way fails next, and then counts and reports the error itself.
  const isTold = fetchStatus !== "idle";
  query.setState({
    status: "error",
    error,
    errorUpdatedAt: Date.now(),
    errorUpdateCount: errorUpdateCount + (isTold ? 0 : 1),
    isInvalidated: true,
  });
  // An error of the callback would stop the flush of other views.
  const { config } = client.getQueryCache();
  if (!isTold) guarded(() => config.onError?.(error, query as Query<unknown, unknown>));
}

/** Clears the error of a query without data that is tried again, as TanStack does when it fetches. */
export function forgetError(query: Query): void {
  const { status, data } = query.state;
  if (status === "error" && data === undefined) query.setState({ status: "pending", error: null });
}
