import type { Query, QueryClient } from "@tanstack/query-core";

/** What pending mutations make of a view's base. */
export type Overlay = (base: unknown) => unknown;

const all = new WeakMap<QueryClient, Map<string, Overlay>>();
const covered = new WeakSet<Query>();

/** The overlays of a QueryClient, by a query's hash. */
export function overlaysOf(client: QueryClient): Map<string, Overlay> {
  const overlays = all.get(client) ?? new Map<string, Overlay>();
  all.set(client, overlays);
  return overlays;
}

/** What a view shows: what the subscription has, and what pending mutations make of it. */
export function overlaid(client: QueryClient, query: Query, base: unknown): unknown {
  const overlay = all.get(client)?.get(query.queryHash);
  const visible = overlay ? overlay(base) : base;
  if (visible === base) covered.delete(query);
  else covered.add(query);
  return visible;
}

/** Whether a query's data is more than what the subscription has. */
export const isOverlaid = (query: Query): boolean => covered.has(query);
