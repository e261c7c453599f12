import type { TimerWheel } from "../time/timer-wheel.js";
import type { Batch } from "./batch.js";
import type { Counters } from "./counters.js";

/** A socket that takes shared bytes, framed as an HTTP chunk. `write` returns false when it is full. */
export interface DirectSocket {
  write(chunk: Uint8Array): boolean;
}

/** A subscriber at the cursor of its topic's tail, without a filter: its socket gets the shared bytes as they are. */
export interface DirectSubscriber {
  /** Its socket is full: from now on it takes batches through its lane. */
  filled(): void;
  /** Its socket's `write` threw, as a wrapped one may: its stream ends. */
  failed(error: unknown): void;
  /** The tail cannot hand over the next entries: the subscriber reads them from the log. */
  lost(): void;
  /** Another path may lead to its client now: it stays direct only if its socket is still the right one. */
  review(): void;
  /** From now on, the tail hands each batch to it. */
  queue(): void;
}

export interface DirectSettings {
  readonly counters: Counters;
  readonly wheel: Pick<TimerWheel, "now">;
}

/**
 * The direct subscribers of a topic. Nothing is looked up or recorded per subscriber, so a delivery to a thousand of
 * them touches only their sockets. Any other object it touched would miss the CPU cache, and cost as much again.
 */
export class DirectSubscribers {
  /** The wheel's tick of the last write to them. */
  writtenAt = 0;
  readonly #subscribers = new Map<DirectSocket, DirectSubscriber>();
  /** The last known version of each kind of socket; there are one or two kinds. */
  readonly #versions = new Map<() => number, number>();
  readonly #settings: DirectSettings;

  constructor(settings: DirectSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** A copy of the current subscribers. */
  get all(): readonly DirectSubscriber[] {
    return [...this.#subscribers.values()];
  }

  /** @param version of this kind of socket; see `Sink.directVersion` */
  add(socket: DirectSocket, subscriber: DirectSubscriber, version?: () => number): void {
    this.#subscribers.set(socket, subscriber);
    if (version && !this.#versions.has(version)) this.#versions.set(version, version());
  }

  /**
   * Asks all subscribers to check their sockets if an instrument may have wrapped one. One check per batch, not one per
   * subscriber.
   */
  review(): void {
    for (const [version, known] of this.#versions) {
      const now = version();
      if (now === known) continue;
      this.#versions.set(version, now);
      for (const subscriber of this.all) subscriber.review();
    }
  }

  delete(socket: DirectSocket): void {
    this.#subscribers.delete(socket);
  }

  write(batch: Batch): void {
    const { size } = this.#subscribers;
    if (size === 0) return;
    const { chunked, plain } = batch.bytes;
    const { counters, wheel } = this.#settings;
    counters.delivered += size * batch.entries.length;
    counters.bytes += size * plain.length;
    this.writtenAt = wheel.now;
    for (const socket of this.#subscribers.keys()) {
      try {
        if (!socket.write(chunked)) this.#subscribers.get(socket)?.filled();
      } catch (error) {
        this.#subscribers.get(socket)?.failed(error); // the others still get the batch
      }
    }
  }
}
