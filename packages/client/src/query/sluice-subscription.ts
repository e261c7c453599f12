import type { AnySubscription, ErrorOf, InputOf, NoInput, WithoutInput } from "@sluice/contract";
import type { QueryObserverOptions, SkipToken } from "@tanstack/query-core";
import type { SubscriptionProcedure } from "../procedure/procedure.js";
import { isCurrent } from "./bridge.js";
import { insideOf } from "./inside-of.js";
import type { TypedQueryOptions } from "./option-types.js";
import { liveQueryFn } from "./query-fn.js";
import { isSkipToken } from "./skip-token.js";
import { nodeKey, type SluiceKey, viewKey } from "./sluice-key.js";
import { viewName } from "./view.js";
import { type NoFold, type ViewData, type ViewOptions, viewKind } from "./view-options.js";

// NoInfer keeps a hook that takes these options from taking part in the inference of the view.
type Options<P extends AnySubscription, List, Value, Skip = never> = TypedQueryOptions<
  ViewData<P, NoInfer<List>, NoInfer<Value>>,
  ErrorOf<P>,
  Skip
>;

/**
 * Options that make a query a live view of a subscription. Invalidating it asks the server for a fresh state; the data
 * stays until then. Reconnecting never makes the query pending again. A list, fold or latest event is kept for `gcTime`
 * (by default the client's `linger`) after its last observer left, and then starts anew.
 *
 * Spread them to add TanStack's own options, such as `select` or `enabled`. With TanStack's `skipToken` as input
 * nothing is opened.
 *
 * @throws TypeError if `procedure` is no subscription of a client.
 * @throws RangeError if `list` is not a whole number from 1.
 * @example
 * const { data: score } = useSuspenseQuery(sluiceSubscription(client.scores.watch, { matchId }));
 */
export function sluiceSubscription<P extends AnySubscription>(
  procedure: WithoutInput<P, SubscriptionProcedure<P>, "sluiceSubscription(procedure, input)">,
): Options<P, undefined, NoFold>;
export function sluiceSubscription<
  P extends AnySubscription,
  List extends number | undefined = undefined,
  Value = NoFold,
>(procedure: SubscriptionProcedure<P>, input: InputOf<P>, view?: ViewOptions<P, List, Value>): Options<P, List, Value>;
export function sluiceSubscription<
  P extends AnySubscription,
  List extends number | undefined = undefined,
  Value = NoFold,
>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P> | SkipToken | NoInput<P, "sluiceSubscription(procedure, undefined, view)">,
  view?: ViewOptions<P, List, Value>,
): Options<P, List, Value, SkipToken>;
export function sluiceSubscription(
  procedure: SubscriptionProcedure<AnySubscription>,
  input?: unknown,
  view: ViewOptions<AnySubscription, number | undefined, unknown> = {},
): unknown {
  return liveOptions(procedure, input, view);
}

/** The options, untyped. */
export function liveOptions(
  procedure: SubscriptionProcedure<AnySubscription>,
  input: unknown,
  view: ViewOptions<AnySubscription, number | undefined, unknown>,
): QueryObserverOptions<unknown, unknown, unknown, unknown, SluiceKey> {
  const inside = insideOf(procedure, "subscription");
  const kind = viewKind(inside.procedure, view);
  const fixed = {
    // The connection retries by itself, and it knows whether data is up to date.
    retry: false,
    networkMode: "always",
    refetchInterval: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    refetchOnMount: unlessCurrent,
    staleTime: staleUnlessCurrent,
    structuralSharing: false,
    ...(kind.view !== "state" && { gcTime: inside.linger }),
  } as const;
  if (isSkipToken(input)) return { ...fixed, queryKey: nodeKey(inside), queryFn: input };
  return {
    ...fixed,
    queryKey: viewKey(inside, input, viewName(kind)),
    queryFn: liveQueryFn({ internals: inside, input, kind }),
  };
}

interface ShownQuery {
  readonly state: { readonly status: string; readonly data: unknown };
  setState(state: { readonly status: "pending" }): void;
}

function staleUnlessCurrent(query: ShownQuery): number {
  const { status, data } = query.state;
  // A page brought data of another version of the application. TanStack asks this before it shows a result.
  if (status === "success" && data === undefined) query.setState({ status: "pending" });
  return isCurrent(query) ? Infinity : 0;
}

/** Ignores staleness: suspense takes data that was set by hand for fresh, and nothing would ever make it live. */
const unlessCurrent = (query: object): false | "always" => (isCurrent(query) ? false : "always");
