import type { Query, QueryCacheNotifyEvent, QueryClient, QueryKey } from "@tanstack/query-core";
import { batch } from "./batch.js";
import { createFrames } from "./frames.js";
import { createLiveView, type LiveView } from "./live-view.js";
import { sourceOf } from "./source.js";

const views = new WeakMap<object, LiveView>();

/** Actions that can end a fetch. */
const settles: ReadonlySet<string> = new Set(["success", "error", "setState"]);

/**
 * Links a QueryClient to its subscriptions: it subscribes views that have observers, and unsubscribes the others.
 * Connections live here, beside the cache, so no fetch opens or closes one.
 */
export interface Bridge {
  /** `undefined` if there is no query at the key, or it is no view. */
  find(queryKey: QueryKey): LiveView | undefined;
}

function createBridge(client: QueryClient): Bridge {
  const cache = client.getQueryCache();
  const frames = createFrames((work) => batch(client, work));

  /** `undefined` for a query that is no view. */
  function viewOf(query: Query): LiveView | undefined {
    let view = views.get(query);
    const source = view ? undefined : sourceOf(query);
    if (source) {
      view = createLiveView(client, query, source, frames);
      views.set(query, view);
    }
    return view;
  }

  /** Looks at the query and not at the event, so a missed or doubled event can't leave a connection open. */
  function follow(query: Query): void {
    const view = viewOf(query);
    if (!view) return;
    if (query.isActive()) view.start();
    else if (query.state.fetchStatus === "idle" && !isKept(query, view)) view.stop();
  }

  cache.subscribe((event: QueryCacheNotifyEvent) => {
    const { type, query } = event;
    if (type === "removed") views.get(query)?.stop();
    else if (type === "updated" ? settles.has(event.action.type) : type !== "added") follow(query);
  });
  return {
    find(queryKey) {
      const query = cache.get(client.defaultQueryOptions({ queryKey }).queryHash);
      return query && viewOf(query);
    },
  };
}

/**
 * State comes back with the next snapshot, but a list or fold never sees the events it missed. So it stays subscribed
 * while its query is in the cache: `gcTime` after its last observer left.
 */
function isKept(query: Query, { source }: LiveView): boolean {
  return query.getObserversCount() === 0 && source.kind.view !== "state";
}

/** Whether a view's data is kept up to date. If not, it is stale, and the next observer fetches. */
export const isCurrent = (query: object): boolean => views.get(query)?.current ?? false;

const bridges = new WeakMap<QueryClient, Bridge>();

/** The one bridge of a QueryClient. */
export function bridgeOf(client: QueryClient): Bridge {
  let bridge = bridges.get(client);
  if (!bridge) {
    bridge = createBridge(client);
    bridges.set(client, bridge);
  }
  return bridge;
}
