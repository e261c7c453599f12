import type { AnySubscription, ErrorOf, InputOf, WithoutInput } from "@sluice/contract";
import { type SkipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SubscriptionProcedure } from "../procedure/procedure.js";
import { bridgeOf } from "../query/bridge.js";
import { liveOptions } from "../query/subscription-options.js";
import type { EndedData, NoFold, ViewData, ViewOptions } from "../query/view-options.js";
import type { Connection } from "../transport/connection-state.js";
import type { HandlerOptions } from "./handler-options.js";
import { useHandlers } from "./use-handlers.js";
import { useLiveSnapshot } from "./use-live-snapshot.js";

/** A subscription as a component sees it, told apart by `status`. */
export type SubscriptionResult<Data, Ended, Failure> = {
  /** How the connection is doing. Changes together with `data`, at most once per animation frame. */
  readonly connection: Connection;
} & (
  | { readonly status: "pending"; readonly data: undefined; readonly error: null }
  | { readonly status: "success"; readonly data: Data; readonly error: null }
  /** The proper end: nothing more will come. */
  | { readonly status: "ended"; readonly data: Ended; readonly error: null }
  /**
   * A final error; `data` is the last there was, but for a list or fold that a gap has emptied. Mounting or invalidating the
   * view tries again.
   */
  | { readonly status: "error"; readonly data: Data | undefined; readonly error: Failure }
);

/**
 * Subscribes while the component is mounted. Components with the same input share one connection, whatever they make of it,
 * and however many events come, there is at most one commit per animation frame. Reconnecting never goes back to
 * `pending`. With `skipToken` as input nothing is opened: `pending`, and the connection is `closed`.
 *
 * @throws RangeError if `list` is no whole number from 1.
 * @example
 * const match = useSubscription(client.scores.watch, { matchId }, { on: { goal: ({ minute }) => toast(minute) } });
 * if (match.status === "pending") return <Spinner />;
 * @example
 * useSubscription(client.prices.ticks, symbol ? { symbol } : skipToken, { list: 50 });
 * @example
 * useSubscription(client.prices.ticks, { symbol }, {
 *   fold: { key: "high", initial: 0, step: (high, { data }) => Math.max(high, data.price) },
 * });
 */
export function useSubscription<P extends AnySubscription>(
  procedure: WithoutInput<P, SubscriptionProcedure<P>, "useSubscription(procedure, input)">,
): SubscriptionResult<ViewData<P, undefined, NoFold>, EndedData<P, undefined, NoFold>, ErrorOf<P>>;
export function useSubscription<P extends AnySubscription, List extends number | undefined = undefined, Value = NoFold>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P> | SkipToken,
  options?: HandlerOptions<P> & ViewOptions<P, List, Value>,
): SubscriptionResult<ViewData<P, List, Value>, EndedData<P, List, Value>, ErrorOf<P>>;
export function useSubscription(
  procedure: SubscriptionProcedure<AnySubscription>,
  input?: unknown,
  options: HandlerOptions<AnySubscription> & ViewOptions<AnySubscription, number | undefined, unknown> = {},
): unknown {
  const queryClient = useQueryClient();
  const queryOptions = liveOptions(procedure, input, options);
  const { status, data, error } = useQuery(queryOptions);
  const view = bridgeOf(queryClient).find(queryOptions.queryKey);
  const { connection, ended } = useLiveSnapshot(view);
  useHandlers(view, options);
  if (ended) return { status: "ended", data, error: null, connection };
  return { status, data, error, connection };
}
