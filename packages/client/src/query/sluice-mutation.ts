import type { AnyMutation, ErrorOf, InputOf, OutputOf } from "@sluice/contract";
import { type LeftOut, shown } from "@sluice/contract/internal";
import { isDevelopment } from "#development";
import type { CallProcedure } from "../procedure/procedure.js";
import { insideOf } from "./inside-of.js";
import type { Retry } from "./option-types.js";
import { begins, type OptimisticOptions } from "./pending-types.js";
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

/** The same, and what shows while the mutation is under way. */
export interface OptimisticMutationOptions<P extends AnyMutation> extends TypedMutationOptions<P> {
  onMutate: (input: InputOf<P> | LeftOut<InputOf<P>>, context: { readonly client: object }) => void;
}

/**
 * Options for a mutation of the contract. Spread them to add TanStack's own options. It isn't retried, which is TanStack's default: only
 * the application knows whether sending it twice is safe. Where it is, retry errors that are `retryable`; a number as `retry` would
 * also repeat what can never succeed.
 *
 * With `optimistic`, states show the mutation before the server has answered; see `sluicePending`. This takes `onMutate`, and leaves
 * `onSuccess`, `onError` and `onSettled` to the application.
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
export function sluiceMutation<P extends AnyMutation>(procedure: CallProcedure<P>): TypedMutationOptions<P>;
export function sluiceMutation<P extends AnyMutation>(
  procedure: CallProcedure<P>,
  options: OptimisticOptions<P>,
): OptimisticMutationOptions<P>;
export function sluiceMutation<P extends AnyMutation>(
  procedure: CallProcedure<P>,
  options?: OptimisticOptions<P>,
): TypedMutationOptions<P> {
  return {
    mutationKey: nodeKey(insideOf(procedure, "mutation")),
    mutationFn: (input) => procedure(input),
    ...(options && {
      onMutate(input: InputOf<P>, { client }: { readonly client: object }) {
        const start = { client, variables: input };
        const all = [options.optimistic(input)].flat();
        if (isDevelopment) checkPending(procedure, all);
        for (const pending of all) pending[begins](start);
      },
    }),
  };
}

function checkPending(procedure: object, all: readonly unknown[]): void {
  const isPending = (given: unknown) => typeof given === "object" && given !== null && begins in given;
  if (all.every(isPending)) return;
  const other = all.find((given) => !isPending(given));
  const { path } = insideOf(procedure as CallProcedure<AnyMutation>, "mutation").procedure;
  const hint = other instanceof Promise ? " It can't be asynchronous." : "";
  throw new TypeError(
    `"optimistic" of ${path} returned ${shown(other)}; allowed are what sluicePending returns, and arrays of that.${hint}`,
  );
}
