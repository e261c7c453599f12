import type { Query, QueryCacheNotifyEvent, QueryClient, QueryKey } from "@tanstack/react-query";
import { createFrames } from "./frames.js";
import { createLiveView, type LiveView } from "./live-view.js";
import { sourceOf } from "./source.js";

const views = new WeakMap<object, LiveView>();

/** Actions after which no fetch may be under way any more. */
const settles: ReadonlySet<string> = new Set(["success", "error", "setState"]);

/**
 * What stands between a QueryClient and its subscriptions: it follows which views are looked at, and subscribes and
 * unsubscribes them. Connections live here, beside the cache, so that no fetch, and no end of one, touches them.
 */
export interface Bridge {
  /** The view at a key; undefined if there is no query, or no view's. */
  find(queryKey: QueryKey): LiveView | undefined;
}

function createBridge(client: QueryClient): Bridge {
  const cache = client.getQueryCache();
  const frames = createFrames();

  /** The view behind a query; undefined if it isn't a view's. */
  function viewOf(query: Query): LiveView | undefined {
    let view = views.get(query);
    const source = view ? undefined : sourceOf(query);
    if (source) {
      view = createLiveView(client, query, source, frames);
      views.set(query, view);
    }
    return view;
  }

  /** Asks what should be, whatever happened: one missed or doubled event can't leave a connection behind. */
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
 * State is there again with the next snapshot, but what a list or fold doesn't see is lost to it. So it goes on as long as
 * its query is in the cache: `gcTime` after the last look.
 */
function isKept(query: Query, { source }: LiveView): boolean {
  return query.getObserversCount() === 0 && source.kind.view !== "state";
}

/** Whether a view's data is kept up. If not, it is stale, so that whoever looks at it next fetches. */
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
