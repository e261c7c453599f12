import type { AnyMutation, AnyQuery, ErrorOf, InputOf, OutputOf } from "@sluice/contract";
import { type QueryFunctionContext, type SkipToken, skipToken, type UseMutationOptions } from "@tanstack/react-query";
import { type CallKey, callKey, type ProcedureKey, procedureKey } from "../cache/keys.js";
import { type CallProcedure, internals } from "../procedure.js";
import type { TypedQueryOptions } from "./option-types.js";

/** A query's answer as the cache holds it, where `undefined` cannot stand. */
type Cached<P extends AnyQuery> = [OutputOf<P>] extends [void] ? null : OutputOf<P>;

type Options<P extends AnyQuery, Skip = never> = TypedQueryOptions<Cached<P>, ErrorOf<P>, CallKey, Skip>;

type QueryWithoutInput = AnyQuery & { readonly input: undefined };

/**
 * Options for a query of the contract. Spread it to add TanStack's own options. With `skipToken` as input nothing is asked.
 *
 * @example
 * const { data: matches } = useQuery(queryOptions(client.matches.list, { season: 2025 }));
 */
export function queryOptions<P extends QueryWithoutInput>(procedure: CallProcedure<P>, input?: undefined): Options<P>;
export function queryOptions<P extends QueryWithoutInput>(
  procedure: CallProcedure<P>,
  input: undefined | SkipToken,
): Options<P, SkipToken>;
export function queryOptions<P extends AnyQuery>(procedure: CallProcedure<P>, input: InputOf<P>): Options<P>;
export function queryOptions<P extends AnyQuery>(
  procedure: CallProcedure<P>,
  input: InputOf<P> | SkipToken,
): Options<P, SkipToken>;
export function queryOptions(procedure: CallProcedure<AnyQuery>, input?: unknown): unknown {
  const inside = procedure[internals];
  if (input === skipToken) return { queryKey: procedureKey(inside), queryFn: skipToken };
  return {
    queryKey: callKey(inside, input),
    queryFn: async ({ signal }: QueryFunctionContext) => (await procedure(input, { signal })) ?? null,
  };
}

/**
 * Options for a mutation of the contract. Spread it to add TanStack's own options.
 *
 * @example
 * const report = useMutation(mutationOptions(client.scores.report));
 * report.mutate({ matchId, team: "home", minute: 12 });
 */
export function mutationOptions<P extends AnyMutation>(
  procedure: CallProcedure<P>,
): UseMutationOptions<OutputOf<P>, ErrorOf<P>, InputOf<P>> & { mutationKey: ProcedureKey } {
  return {
    mutationKey: procedureKey(procedure[internals]),
    mutationFn: (input) => procedure(input),
  };
}
