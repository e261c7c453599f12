import type { AnyMutation, ErrorOf, InputOf, LeftOut, OutputOf } from "@sluice/contract";
import type { UseMutationOptions } from "@tanstack/react-query";
import { type CallProcedure, internals } from "../procedure/procedure.js";
import { nodeKey, type SluiceKey } from "./sluice-key.js";

/**
 * Options for a mutation of the contract. Spread them to add TanStack's own options.
 *
 * @example
 * const report = useMutation(sluiceMutation(client.scores.report));
 * report.mutate({ matchId, team: "home", minute: 12 });
 */
export function sluiceMutation<P extends AnyMutation>(
  procedure: CallProcedure<P>,
): UseMutationOptions<OutputOf<P>, ErrorOf<P>, InputOf<P> | LeftOut<InputOf<P>>> & { mutationKey: SluiceKey } {
  return {
    mutationKey: nodeKey(procedure[internals]),
    mutationFn: (input) => procedure(input),
  };
}
