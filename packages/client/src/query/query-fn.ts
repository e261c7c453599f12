import type { QueryFunctionContext } from "@tanstack/react-query";
import { bridgeOf } from "./bridge.js";
import { carry, type LiveQueryFn } from "./source.js";
import type { ViewSource } from "./view.js";

/** The query function of a view: it waits for what the bridge brings, and asks it to resync when there is something. */
export const liveQueryFn = (source: ViewSource): LiveQueryFn => carry(source, fetchView);

async function fetchView({ client, queryKey, signal }: QueryFunctionContext): Promise<unknown> {
  // Asking for the signal makes TanStack give the fetch up when nobody waits for it any more: one that goes on for ever,
  // as it would where no event comes, would keep the query, and with it the connection.
  signal.throwIfAborted();
  const view = bridgeOf(client).find(queryKey);
  if (!view) throw new TypeError(`There is no view at ${JSON.stringify(queryKey)}`);
  return view.fetch();
}
