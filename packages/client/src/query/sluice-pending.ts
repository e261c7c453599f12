import type { AnySubscription, EventDataOf, EventOf, InputOf, StateOf } from "@sluice/contract";
import type { QueryClient } from "@tanstack/query-core";
import { isDevelopment } from "#development";
import type { SubscriptionProcedure } from "../procedure/procedure.js";
import { insideOf } from "./inside-of.js";
import { watchMutation } from "./mutation-outcome.js";
import type { PendingChange } from "./pending-change.js";
import { layerOf } from "./pending-layer.js";
import { begins, type Pending } from "./pending-types.js";

/** Recognises the event that a mutation causes, by event type: each function says whether an event is the one. */
export type Echo<P extends AnySubscription> = {
  readonly [Type in keyof P["events"] & string]?: (
    data: EventDataOf<P, Type>,
    event: Extract<EventOf<P>, { type: Type }>,
  ) => boolean;
};

/** How a mutation under way shows in a state. */
export interface PendingOptions<P extends AnySubscription> {
  /**
   * What the mutation makes of the state: a pure function, which returns a new state. It is called again whenever the state changes
   * beneath it. Let it return the same state if that has the change already, as a snapshot may have it before the answer is here. If it
   * throws, that is reported, and the state is shown without it.
   */
  readonly state: (state: StateOf<P>) => StateOf<P>;
  /**
   * Recognises the mutation's event. Each event is the echo of one pending mutation, the oldest that it fits. Needed for a `state` that
   * can't tell whether the change is in already, such as one that counts, and where the output has no `cursor`.
   */
  readonly echo?: Echo<P>;
}

/**
 * A change of a subscription's state that shows until the server has made it: for `optimistic` of `sluiceMutation`. Whatever shows that
 * state through TanStack Query shows it, with all other pending ones, in their order, on top of what the server says. It is gone
 *
 * - in the moment in which its event (`echo`) is applied,
 * - when the subscription has passed the `cursor` of the mutation's output, if that has one, as what `publish` returns,
 * - when the mutation has failed.
 *
 * If a gap or a snapshot hides whether the event has come, or it doesn't come within 5 seconds of the answer, a fresh state is asked for,
 * which decides.
 *
 * @throws TypeError if `procedure` is no subscription with state of a client that has its contract.
 * @example
 * const send = useMutation(
 *   sluiceMutation(client.chat.send, {
 *     optimistic: ({ room, ...message }) =>
 *       sluicePending(client.chat.room, { room }, {
 *         state: (all) => (all.some(({ id }) => id === message.id) ? all : [...all, message]),
 *         echo: { sent: ({ id }) => id === message.id },
 *       }),
 *   }),
 * );
 */
export function sluicePending<P extends AnySubscription>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P>,
  options: PendingOptions<P> & { readonly echo: Echo<P> },
): Pending<true>;
export function sluicePending<P extends AnySubscription>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P>,
  options: PendingOptions<P>,
): Pending<boolean>;
export function sluicePending<P extends AnySubscription>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P>,
  { state, echo }: PendingOptions<P>,
): Pending {
  const inside = insideOf(procedure, "subscription");
  if (isDevelopment) checkState(inside.procedure);
  const change = { state, echo } as Pick<PendingChange, "state" | "echo">;
  return {
    [begins](start) {
      const layer = layerOf(start.client as QueryClient, inside as never, input);
      watchMutation(start, layer.add(change));
    },
  };
}

function checkState({ path, state }: AnySubscription): void {
  if (state) return;
  throw new TypeError(
    `sluicePending needs a subscription with state, of a client made from its contract; ${path} has none.`,
  );
}
