import type { AnyQuery, ErrorOf, InputOf, WithoutInput } from "@sluice/contract";
import type { QueryClient, SkipToken } from "@tanstack/query-core";
import type { CallProcedure } from "../procedure/procedure.js";
import { insideOf } from "./inside-of.js";
import type { FetchContext, Retry, TypedQueryOptions } from "./option-types.js";
import { mayRetry, retryOf } from "./retry.js";
import { isSkipToken } from "./skip-token.js";
import { inputKey, nodeKey } from "./sluice-key.js";
import type { Cached } from "./typed-key.js";

type Options<P extends AnyQuery, Skip = never> = TypedQueryOptions<Cached<P>, ErrorOf<P>, Skip>;

/**
 * Options for a query of the contract. Spread them to add TanStack's own options. With TanStack's `skipToken` as input
 * nothing is sent. Errors that are `retryable` are retried as often as the QueryClient's defaults say, or else 3 times,
 * also by `fetchQuery`; others never.
 *
 * @throws TypeError if `procedure` is no query of a client.
 * @example
 * const { data: matches } = useQuery(sluiceQuery(client.matches.list, { season: 2025 }));
 */
export function sluiceQuery<P extends AnyQuery>(
  procedure: WithoutInput<P, CallProcedure<P>, "sluiceQuery(procedure, input)">,
): Options<P>;
export function sluiceQuery<P extends AnyQuery>(procedure: CallProcedure<P>, input: InputOf<P>): Options<P>;
export function sluiceQuery<P extends AnyQuery>(
  procedure: CallProcedure<P>,
  input: InputOf<P> | SkipToken,
): Options<P, SkipToken>;
export function sluiceQuery(procedure: CallProcedure<AnyQuery>, input?: unknown): unknown {
  const inside = insideOf(procedure, "query");
  if (isSkipToken(input)) return { queryKey: nodeKey(inside), queryFn: input };
  let asked: Retry<Error> | undefined;
  return {
    queryKey: inputKey(inside, input),
    queryFn: async ({ signal, client, queryKey }: FetchContext) => {
      asked = retryOf(client as QueryClient, queryKey);
      return (await procedure(input, { signal })) ?? null;
    },
    retry: (failureCount: number, error: Error) => mayRetry(asked, failureCount, error),
  };
}
