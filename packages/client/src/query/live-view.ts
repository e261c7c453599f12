import { SluiceError } from "@sluice/contract";
import { notifyManager, type Query, type QueryClient } from "@tanstack/react-query";
import type { Reset } from "../subscription/handlers.js";
import { deferred } from "./deferred.js";
import { Feed, type FeedListener } from "./feed.js";
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
export class LiveView implements Flushable, FeedListener {
  readonly #client: QueryClient;
  readonly #query: Query;
  readonly #frames: Frames;
  #source: ViewSource;
  readonly #listeners = new Set<() => void>();
  readonly #handlers = new Set<LiveHandlers>();
  #feed: Feed | undefined;
  /** Resolves once the feed's first value, or its end, stands in the query. */
  #first = deferred();
  /** Resolves once the feed has been live. */
  #live = deferred();
  #opening = opening();
  #snapshot: LiveSnapshot = { connection: this.#opening, ended: false };

  constructor(client: QueryClient, query: Query, source: ViewSource, frames: Frames) {
    this.#client = client;
    this.#query = query;
    this.#source = source;
    this.#frames = frames;
    refetchUntilLive(query, () => this.#live.promise);
  }

  /** As last said: an observer that knows the key alone leaves the query without. */
  get source(): ViewSource {
    this.#source = sourceOf(this.#query) ?? this.#source;
    return this.#source;
  }

  /** Whether the query's data is kept up, or came to its proper end. Else it is stale. */
  get current(): boolean {
    return this.#feed !== undefined && typeof this.#feed.outcome === "string";
  }

  get snapshot(): LiveSnapshot {
    this.#peek();
    return this.#snapshot;
  }

  /** Calls the listener after the snapshot changed, in the task in which TanStack tells its observers. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  listen(handlers: LiveHandlers): () => void {
    this.#handlers.add(handlers);
    return () => this.#handlers.delete(handlers);
  }

  /** Subscribes, unless it did. What an earlier life gathered is not carried on. */
  start(): void {
    if (!this.#feed) this.#open(false);
  }

  stop(): void {
    if (!this.#feed) return;
    this.#feed.close();
    this.#feed = undefined;
    this.#frames.cancel(this);
    this.#opening = opening();
    this.#publish({ connection: this.#opening, ended: false });
  }

  /**
   * The first value, as soon as there is one; later the value after a resync. What is over starts over.
   *
   * @throws SluiceError the final error, or `aborted` if the subscription ended before it had anything to show.
   */
  async fetch(): Promise<unknown> {
    if (!this.#feed || this.#feed.isClosed) this.#open(false);
    else if (this.#first.isResolved || this.#hasBoth(this.#feed)) await this.#feed.resync();
    await this.#first.promise;
    // Nothing is left behind that is newer than the value, and connection and end are shown together with it.
    this.#frames.flush(this);
    return this.#result();
  }

  changed(): void {
    const feed = this.#feed;
    if (!feed) return;
    if (feed.wasLive) this.#live.resolve();
    const isFirst = this.#query.state.data === undefined && (feed.ready || feed.outcome !== "open");
    if (isFirst) this.#frames.soon(this);
    else this.#frames.schedule(this);
  }

  event(event: AnyEvent): void {
    for (const handlers of this.#handlers) handlers.event(event);
  }

  reset(reset: Reset): void {
    for (const handlers of this.#handlers) handlers.reset(reset);
  }

  revived(): void {
    this.#open(true);
  }

  flush(): void {
    const feed = this.#feed;
    if (!feed) return;
    if (feed.ready) writeData(this.#client, this.#query, feed.data);
    if (this.#feed !== feed) return;
    if (typeof feed.outcome === "object") writeError(this.#client, this.#query, feed.outcome.error);
    this.#publish({ connection: feed.connection, ended: feed.outcome === "ended" });
    if (feed.ready || feed.outcome !== "open") this.#first.resolve();
  }

  #open(awaitsFresh: boolean): void {
    // Until the first flush it shows what it showed before.
    this.#peek();
    const before = this.#feed;
    if (this.#first.isResolved) this.#first = deferred();
    if (this.#live.isResolved) this.#live = deferred();
    this.#feed = new Feed(this.source, this, awaitsFresh);
    // Only now, or the connection would be let go of in between.
    before?.close();
    forgetError(this.#query);
    this.changed();
  }

  /** Then a fetch isn't the first one, even if the next frame has yet to show what the feed began with. */
  #hasBoth(feed: Feed): boolean {
    return feed.ready && this.#query.state.data !== undefined;
  }

  #result(): unknown {
    const feed = this.#feed;
    if (!feed) throw new SluiceError("aborted");
    if (typeof feed.outcome === "object") throw feed.outcome.error;
    if (feed.ready) return feed.data;
    throw new SluiceError("aborted", { message: "The subscription ended before it had anything to show" });
  }

  #publish(next: LiveSnapshot): void {
    const { connection, ended } = this.#snapshot;
    if (connection === next.connection && ended === next.ended) return;
    this.#snapshot = next;
    for (const listener of this.#listeners) notifyManager.schedule(listener);
  }

  /** While it isn't subscribed, another view's connection may be open all the same. */
  #peek(): void {
    if (this.#feed) return;
    const { internals, input } = this.source;
    const shared = internals.shared(input).connection;
    const connection = shared.state === "closed" ? this.#opening : shared;
    if (connection !== this.#snapshot.connection || this.#snapshot.ended) this.#snapshot = { connection, ended: false };
  }
}
