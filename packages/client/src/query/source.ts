import type { Query, QueryFunctionContext } from "@tanstack/query-core";
import type { ViewSource } from "./view.js";

const carried = Symbol("sluice.source");

/**
 * A query function that carries its view's source. Not in `meta`, which is dehydrated, and which applications replace.
 */
export interface LiveQueryFn {
  (context: QueryFunctionContext): Promise<unknown>;
  readonly [carried]: ViewSource;
}

export const carry = (source: ViewSource, run: (context: QueryFunctionContext) => Promise<unknown>): LiveQueryFn =>
  Object.assign((context: QueryFunctionContext) => run(context), { [carried]: source });

/** `undefined` for a query that is no view. */
export function sourceOf(query: Query): ViewSource | undefined {
  const { queryFn } = query.options;
  return typeof queryFn === "function" && carried in queryFn ? (queryFn as unknown as LiveQueryFn)[carried] : undefined;
}
