import { SluiceError } from "@sluice/contract";
import { notifyManager, type Query, type QueryClient } from "@tanstack/react-query";
import type { Reset } from "../subscription/handlers.js";
import { deferred } from "./deferred.js";
import { createFeed, type Feed, type FeedListener } from "./feed.js";
import type { Flushable, Frames } from "./frames.js";
import { refetchUntilLive } from "./refetch.js";
import { type LiveSnapshot, opening } from "./snapshot.js";
import { sourceOf } from "./source.js";
import type { AnyEvent, ViewSource } from "./view.js";
import { forgetError, writeData, writeError } from "./write-query.js";

/** Told of everything as it happens, not once per frame. */
export interface LiveHandlers {
  event(event: AnyEvent): void;
  reset(reset: Reset): void;
}

/** A query that a subscription feeds. It is written to from outside, so the connection outlives every fetch. */
export interface LiveView {
  /** As last said: an observer that knows the key alone leaves the query without. */
  readonly source: ViewSource;
  /** Whether the query's data is kept up, or came to its proper end. Else it is stale. */
  readonly current: boolean;
  readonly snapshot: LiveSnapshot;
  /** Calls the listener after the snapshot changed, in the task in which TanStack tells its observers. */
  subscribe(listener: () => void): () => void;
  listen(handlers: LiveHandlers): () => void;
  /** Subscribes, unless it did. What an earlier life gathered is not carried on. */
  start(): void;
  stop(): void;
  /**
   * The first value, as soon as there is one; later the value after a resync. What is over starts over.
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
  /** Resolves once the feed's first value, or its end, stands in the query. */
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
      if (flushed.ready) writeData(client, query, flushed.data);
      if (feed !== flushed) return;
      const { outcome } = flushed;
      if (typeof outcome === "object") writeError(client, query, outcome.error);
      publish({ connection: flushed.connection, ended: outcome === "ended" });
      if (isSettled(flushed)) first.resolve();
    },
  };

  function open(awaitsFresh: boolean): void {
    // Until the first flush it shows what it showed before.
    peek();
    const before = feed;
    if (first.isResolved) first = deferred();
    if (live.isResolved) live = deferred();
    feed = createFeed(readSource(), listener, awaitsFresh);
    // Only now, or the connection would be let go of in between.
    before?.close();
    forgetError(query);
    listener.changed();
  }

  function result(): unknown {
    if (!feed) throw new SluiceError("aborted");
    if (typeof feed.outcome === "object") throw feed.outcome.error;
    if (feed.ready) return feed.data;
    throw new SluiceError("aborted", { message: "The subscription ended before it had anything to show" });
  }

  function publish(next: LiveSnapshot): void {
    const { connection, ended } = snapshot;
    if (connection === next.connection && ended === next.ended) return;
    snapshot = next;
    for (const listen of listeners) notifyManager.schedule(listen);
  }

  /** While it isn't subscribed, another view's connection may be open all the same. */
  function peek(): void {
    if (feed) return;
    const { internals, input } = readSource();
    const shared = internals.shared(input).connection;
    const connection = shared.state === "closed" ? soon : shared;
    if (connection !== snapshot.connection || snapshot.ended) snapshot = { connection, ended: false };
  }

  return {
    get source() {
      return readSource();
    },
    get current() {
      return feed !== undefined && typeof feed.outcome === "string";
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
    start() {
      if (!feed) open(false);
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
      // Where there is a value already, also one that the next frame has yet to show, this isn't the first fetch.
      const hasValue = first.isResolved || (feed?.ready && query.state.data !== undefined);
      if (!feed || feed.isClosed) open(false);
      else if (hasValue) await feed.resync();
      await first.promise;
      // Nothing is left behind that is newer than the value, and connection and end are shown together with it.
      frames.flush(flushable);
      return result();
    },
  };
}
