import { SluiceError } from "@sluice/contract";
import type { Query, QueryClient } from "@tanstack/query-core";
import type { Reset } from "../subscription/handlers.js";
import { deferred } from "./deferred.js";
import { createFeed, type Feed, type FeedListener } from "./feed.js";
import type { Flushable, Frames } from "./frames.js";
import { hydrationOf } from "./hydration-link.js";
import { overlaid } from "./overlay.js";
import { refetchUntilLive } from "./refetch.js";
import { type LiveSnapshot, opening } from "./snapshot.js";
import { sourceOf } from "./source.js";
import type { AnyEvent, ViewSource } from "./view.js";
import { forgetError, writeData, writeError } from "./write-query.js";

/** Called for everything at once, not once per frame. */
export interface LiveHandlers {
  event(event: AnyEvent): void;
  reset(reset: Reset): void;
}

/**
 * A query whose data comes from a subscription. It is written from outside a fetch, so the connection outlives each
 * fetch.
 */
export interface LiveView extends Flushable {
  readonly query: Query;
  /** The last one known: an observer that has only the key leaves the query without it. */
  readonly source: ViewSource;
  /** Whether the query's data is kept up to date, or has ended. Else it is stale. */
  readonly current: boolean;
  /** Whether it is subscribed, or was until it was over. */
  readonly isStarted: boolean;
  /** Whether it has all that has come of the subscription, also while that is cut off. */
  readonly isReady: boolean;
  readonly snapshot: LiveSnapshot;
  /** Calls the listener as soon as the snapshot has changed, in the batch in which the data changes. */
  subscribe(listener: () => void): () => void;
  listen(handlers: LiveHandlers): () => void;
  /**
   * Subscribes, unless it is subscribed. Starts with no data.
   *
   * @param from instead of its source: starts with the data that this has.
   */
  start(from?: ViewSource): void;
  stop(): void;
  /**
   * Resolves with the first value, or, if there is one already, with the value after a resync. Restarts a view that is
   * over.
   *
   * @throws SluiceError the final error, or `aborted` if the subscription ended before it had anything to show.
   */
  fetch(): Promise<unknown>;
}

export function createLiveView(client: QueryClient, query: Query, given: ViewSource, frames: Frames): LiveView {
  const listeners = new Set<() => void>();
  const allHandlers = new Set<LiveHandlers>();
  let source = given;
  let feed: Feed | undefined;
  /** Resolves once the query has the feed's first value, or its end. */
  let first = deferred();
  /** Resolves once the feed has been live. */
  let live = deferred();
  let soon = opening();
  let snapshot: LiveSnapshot = { connection: soon, ended: false };
  refetchUntilLive(query, () => live.promise);

  function readSource(): ViewSource {
    source = sourceOf(query) ?? source;
    return source;
  }

  const isSettled = ({ ready, outcome }: Feed) => ready || outcome !== "open";

  const listener: FeedListener = {
    changed() {
      if (!feed) return;
      if (feed.wasLive) live.resolve();
      if (query.state.data === undefined && isSettled(feed)) frames.soon(flushable);
      else frames.schedule(flushable);
    },
    event(event) {
      for (const handlers of allHandlers) handlers.event(event);
    },
    reset(reset) {
      for (const handlers of allHandlers) handlers.reset(reset);
    },
    revived: () => open(true),
  };

  const flushable: Flushable = {
    flush() {
      const flushed = feed;
      if (!flushed) return;
      if (flushed.ready) writeData(client, query, overlaid(client, query, flushed.data));
      if (feed !== flushed) return;
      const { outcome } = flushed;
      if (typeof outcome === "object") writeError(client, query, outcome.error);
      publish({ connection: flushed.connection, ended: outcome === "ended" });
      if (isSettled(flushed)) first.resolve();
    },
  };

  function open(awaitsFresh: boolean, from = readSource()): void {
    // The snapshot stays until the first flush.
    peek();
    const before = feed;
    if (first.isResolved) first = deferred();
    if (live.isResolved) live = deferred();
    feed = createFeed(from, listener, awaitsFresh);
    // Last, so that the connection always has a subscriber.
    before?.close();
    forgetError(query);
    listener.changed();
  }

  function result(): unknown {
    if (!feed) throw new SluiceError("aborted");
    if (typeof feed.outcome === "object") throw feed.outcome.error;
    if (feed.ready) return overlaid(client, query, feed.data);
    throw new SluiceError("aborted", { message: "The subscription ended before it had anything to show" });
  }

  function publish(next: LiveSnapshot): void {
    const { connection, ended } = snapshot;
    if (connection === next.connection && ended === next.ended) return;
    snapshot = next;
    for (const listen of listeners) listen();
  }

  /** Without a feed, shows the connection that another view may have open. */
  function peek(): void {
    if (feed) return;
    const { internals, input } = readSource();
    const shared = internals.shared(input).connection;
    const connection = shared.status === "closed" ? soon : shared;
    if (connection !== snapshot.connection || snapshot.ended) snapshot = { connection, ended: false };
  }

  const view: LiveView = {
    query,
    flush: flushable.flush,
    get source() {
      return readSource();
    },
    get current() {
      return typeof feed?.outcome === "string";
    },
    get isStarted() {
      return feed !== undefined;
    },
    get isReady() {
      return feed?.outcome === "open" && feed.ready;
    },
    get snapshot() {
      peek();
      return snapshot;
    },
    subscribe(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    listen(handlers) {
      allHandlers.add(handlers);
      return () => allHandlers.delete(handlers);
    },
    start(from) {
      if (!feed) open(false, from);
    },
    stop() {
      if (!feed) return;
      feed.close();
      feed = undefined;
      frames.cancel(flushable);
      soon = opening();
      publish({ connection: soon, ended: false });
    },
    async fetch() {
      // The value may be one that the next frame has yet to show.
      const hasValue = first.isResolved || (feed?.ready && query.state.data !== undefined);
      if (!feed || feed.isClosed) open(false);
      else if (hasValue) await feed.resync();
      await first.promise;
      // So that value, connection and end change together, and none is newer than the others.
      frames.flush(flushable);
      return result();
    },
  };
  return hydrationOf(client)?.adopt(client, view) ?? view;
}
