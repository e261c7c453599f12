import type { QueryFunctionContext } from "@tanstack/query-core";
import { isDevelopment } from "#development";
import { bridgeOf } from "./bridge.js";
import type { LiveView } from "./live-view.js";
import { carry, type LiveQueryFn } from "./source.js";
import type { ViewSource } from "./view.js";

/** The query function of a view. */
export const liveQueryFn = (source: ViewSource): LiveQueryFn => carry(source, fetchView);

async function fetchView({ client, queryKey, signal }: QueryFunctionContext): Promise<unknown> {
  // Reading the signal makes TanStack cancel a fetch without observers. Else one that no event ends would keep the
  // query, and with it the connection, for ever.
  signal.throwIfAborted();
  const view = bridgeOf(client).find(queryKey);
  if (isDevelopment && !view) throw new TypeError(`There is no view at ${JSON.stringify(queryKey)}`);
  return (view as LiveView).fetch();
}
