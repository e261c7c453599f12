import { SluiceError } from "@sluice/contract";
import type { QueryClient } from "@tanstack/query-core";
import { isServer } from "./is-server.js";
import type { Retry } from "./option-types.js";

/** What the application asks of a query by its default options. */
export const retryOf = (client: QueryClient, queryKey: readonly unknown[]): Retry<Error> | undefined =>
  client.defaultQueryOptions({ queryKey }).retry;

/** Whether a failed query is sent again: never, if that can't help, else as the application says, or as TanStack does. */
export function mayRetry(asked: Retry<Error> | undefined, failureCount: number, error: Error): boolean {
  if (!SluiceError.is(error) || !error.retryable) return false;
  if (typeof asked === "function") return asked(failureCount, error);
  if (typeof asked === "boolean") return asked;
  return failureCount < (asked ?? (isServer ? 0 : 3));
}
