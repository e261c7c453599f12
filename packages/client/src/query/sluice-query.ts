import { type AnyQuery, type ErrorOf, type InputOf, SluiceError, type WithoutInput } from "@sluice/contract";
import {
  type DefaultOptions,
  isServer,
  type QueryFunctionContext,
  type SkipToken,
  skipToken,
} from "@tanstack/react-query";
import { type CallProcedure, internals } from "../procedure/procedure.js";
import type { Cached, TypedQueryOptions } from "./option-types.js";
import { inputKey, nodeKey, type SluiceKey } from "./sluice-key.js";

type Options<P extends AnyQuery, Skip = never> = TypedQueryOptions<Cached<P>, ErrorOf<P>, SluiceKey, Skip>;

/**
 * Options for a query of the contract. Spread them to add TanStack's own options. With `skipToken` as input nothing is
 * sent. Errors that are `retryable` are retried as often as the QueryClient's default options say (TanStack's default:
 * 3 times).
 *
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
  const inside = procedure[internals];
  if (input === skipToken) return { queryKey: nodeKey(inside), queryFn: skipToken };
  let retries: RetryOption;
  return {
    queryKey: inputKey(inside, input),
    queryFn: async ({ signal, client }: QueryFunctionContext) => {
      retries = client.getDefaultOptions().queries?.retry;
      return (await procedure(input, { signal })) ?? null;
    },
    retry: (failures: number, error: Error) => isRetryable(error) && allows(retries, failures, error),
  };
}

type RetryOption = NonNullable<DefaultOptions["queries"]>["retry"];

const isRetryable = (error: unknown): boolean => SluiceError.is(error) && error.retryable;

/** Applies the application's `retry` option; the default is TanStack's. */
function allows(retries: RetryOption, failures: number, error: Error): boolean {
  if (typeof retries === "function") return retries(failures, error);
  if (typeof retries === "boolean") return retries;
  return failures < (retries ?? (isServer ? 0 : 3));
}
