import type { AnyMutation, ErrorOf, InputOf, LeftOut, OutputOf } from "@sluice/contract";
import { type CallProcedure, internals } from "../procedure/procedure.js";
import type { Retry } from "./option-types.js";
import { nodeKey, type SluiceKey } from "./sluice-key.js";

/** Options for `useMutation`. Plain types, for the same reason as `TypedQueryOptions`. */
export interface TypedMutationOptions<P extends AnyMutation> {
  mutationKey: SluiceKey;
  mutationFn: (input: InputOf<P> | LeftOut<InputOf<P>>) => Promise<OutputOf<P>>;
  /** As TanStack's; not set, so a mutation isn't retried. */
  retry?: Retry<ErrorOf<P>>;
}

/**
 * Options for a mutation of the contract. Spread them to add TanStack's own options.
 *
 * @example
 * const report = useMutation(sluiceMutation(client.scores.report));
 * report.mutate({ matchId, team: "home", minute: 12 });
 */
export function sluiceMutation<P extends AnyMutation>(procedure: CallProcedure<P>): TypedMutationOptions<P> {
  return {
    mutationKey: nodeKey(procedure[internals]),
    mutationFn: (input) => procedure(input),
  };
}
