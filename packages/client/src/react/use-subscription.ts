import type { AnySubscription, ErrorOf, InputOf, NoInput, WithoutInput } from "@sluice/contract";
import { type QueryState, type SkipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SubscriptionProcedure } from "../procedure/procedure.js";
import { bridgeOf } from "../query/bridge.js";
import { liveOptions } from "../query/sluice-subscription.js";
import type { LiveSnapshot } from "../query/snapshot.js";
import type { EndedData, NoFold, ViewData, ViewOptions } from "../query/view-options.js";
import type { SubscriptionSnapshot } from "../subscription/store.js";
import type { HandlerOptions } from "./handler-options.js";
import { useHandlers } from "./use-handlers.js";
import { useLiveSnapshot } from "./use-live-snapshot.js";
import { useReads } from "./use-reads.js";

/**
 * Subscribes while the component is mounted. Components with the same input share one connection, whatever they show of
 * it. The component renders when what it reads of the result has changed, at most once per animation frame; one that
 * reads nothing renders with every change. `connection.cursor()` is read where it is needed and causes no render.
 * Reconnecting never goes back to `pending`. With TanStack's `skipToken` as input nothing is opened: the status is
 * `pending` and the connection `closed`. If the subscription takes no input, write `undefined` before options.
 *
 * @throws RangeError if `list` is not a whole number from 1.
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
): SubscriptionSnapshot<ViewData<P, undefined, NoFold>, ErrorOf<P>, EndedData<P, undefined, NoFold>>;
export function useSubscription<P extends AnySubscription, List extends number | undefined = undefined, Value = NoFold>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P> | SkipToken | NoInput<P, "useSubscription(procedure, undefined, options)">,
  options?: HandlerOptions<P> & ViewOptions<P, List, Value>,
): SubscriptionSnapshot<ViewData<P, List, Value>, ErrorOf<P>, EndedData<P, List, Value>>;
export function useSubscription(
  procedure: SubscriptionProcedure<AnySubscription>,
  input?: unknown,
  options: HandlerOptions<AnySubscription> & ViewOptions<AnySubscription, number | undefined, unknown> = {},
): unknown {
  const reads = useReads();
  const live = liveOptions(procedure, input, options);
  const query = useQuery({ ...live, notifyOnChangeProps: () => queryParts.filter(reads.has) });
  const view = bridgeOf(useQueryClient()).find(live.queryKey);
  const snapshot = useLiveSnapshot(view, reads);
  useHandlers(view, options);
  const result = resultOf(query, snapshot);
  return reads.watch(result, () => (view ? resultOf(view.query.state, view.snapshot) : result));
}

const queryParts = ["status", "data", "error"] as const;

const resultOf = (
  { status, data, error }: Pick<QueryState<unknown, unknown>, (typeof queryParts)[number]>,
  { connection, ended }: LiveSnapshot,
) => ({ status: ended ? "ended" : status, data, error: ended ? null : error, connection });
