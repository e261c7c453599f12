import type { TimerWheel } from "../time/timer-wheel.js";
import type { Batch } from "./batch.js";
import type { Counters } from "./counters.js";

/** Where shared bytes go as they are, framed as a chunk: a socket. False: it's full now. */
export interface DirectSocket {
  write(chunk: Uint8Array): boolean;
}

/** Somebody who has all that a topic's tail has read, and gets all that comes. */
export interface DirectSubscriber {
  /** Its socket is full: it goes on by itself. */
  filled(): void;
  /** Its socket's `write` threw, as one that somebody has wrapped may: its stream is over. */
  failed(error: unknown): void;
  /** The tail lost the thread: it goes on by itself. */
  lost(): void;
  /** Its socket may no longer be the way to its client: it stays if it is. */
  review(): void;
  /** From now on it is queued: the tail hands each batch to it. */
  queue(): void;
}

export interface DirectSettings {
  readonly counters: Counters;
  readonly wheel: Pick<TimerWheel, "now">;
}

/**
 * Those who stand where the tail stands, and whose sockets take the bytes as they are. There is nothing to look up or to
 * note for each, so that of a thousand subscribers a delivery touches their sockets and no more: what else it touched
 * would cost as much again, as none of it is in the processor's cache.
 */
export class DirectSubscribers {
  /** The wheel's tick at which they were written to last. */
  writtenAt = 0;
  readonly #subscribers = new Map<DirectSocket, DirectSubscriber>();
  /** Of the one or two kinds of sockets that there are: what their version was. */
  readonly #versions = new Map<() => number, number>();
  readonly #settings: DirectSettings;

  constructor(settings: DirectSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#subscribers.size;
  }

  /** All of them, as they are now. */
  get all(): readonly DirectSubscriber[] {
    return [...this.#subscribers.values()];
  }

  /** @param version of this kind of sockets; see `Sink.directVersion` */
  add(socket: DirectSocket, subscriber: DirectSubscriber, version?: () => number): void {
    this.#subscribers.set(socket, subscriber);
    if (version && !this.#versions.has(version)) this.#versions.set(version, version());
  }

  /** Lets those go whose sockets somebody has put something in the way of. Of each batch it asks once, and not for each of them. */
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
        this.#subscribers.get(socket)?.failed(error); // the others get the batch all the same
      }
    }
  }
}
