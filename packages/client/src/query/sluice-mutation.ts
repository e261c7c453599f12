import type { AnyMutation, ErrorOf, InputOf, LeftOut, OutputOf } from "@sluice/contract";
import type { CallProcedure } from "../procedure/procedure.js";
import { insideOf } from "./inside-of.js";
import type { Retry } from "./option-types.js";
import { nodeKey, type SluiceKey } from "./sluice-key.js";

/** Options for `useMutation`. Plain types, for the same reason as `TypedQueryOptions`. */
export interface TypedMutationOptions<P extends AnyMutation> {
  mutationKey: SluiceKey;
  mutationFn: (input: InputOf<P> | LeftOut<InputOf<P>>) => Promise<OutputOf<P>>;
  // As TanStack's, none of them set. It infers the type of the error from each, so it is known also where some are overwritten.
  retry?: Retry<ErrorOf<P>>;
  retryDelay?: number | ((failureCount: number, error: ErrorOf<P>) => number);
  throwOnError?: boolean | ((error: ErrorOf<P>) => boolean);
}

/**
 * Options for a mutation of the contract. Spread them to add TanStack's own options. It isn't retried, which is TanStack's default: only
 * the application knows whether sending it twice is safe. Where it is, retry errors that are `retryable`; a number as `retry` would
 * also repeat what can never succeed.
 *
 * @throws TypeError if `procedure` is no mutation of a client.
 * @example
 * const report = useMutation(sluiceMutation(client.scores.report));
 * report.mutate({ matchId, team: "home", minute: 12 });
 * @example
 * useMutation({
 *   ...sluiceMutation(client.scores.report),
 *   retry: (failureCount, error) => error.retryable && failureCount < 3,
 * });
 */
export function sluiceMutation<P extends AnyMutation>(procedure: CallProcedure<P>): TypedMutationOptions<P> {
  return {
    mutationKey: nodeKey(insideOf(procedure, "mutation")),
    mutationFn: (input) => procedure(input),
  };
}
