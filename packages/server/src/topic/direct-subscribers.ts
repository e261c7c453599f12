import type { TimerWheel } from "../time/timer-wheel.js";
import type { Batch } from "./batch.js";
import type { Counters } from "./counters.js";
import { type Framing, pieceLength, type SharedBytes } from "./shared-bytes.js";

/** A socket that takes shared bytes. `write` returns false when it is full. */
export interface DirectSocket {
  write(chunk: Uint8Array): boolean;
}

/** A stream with many lanes. `takeShared` returns false, and takes nothing, when it is full. */
export interface LaneSocket {
  takeShared(bytes: SharedBytes): boolean;
}

/** A subscriber at the cursor of its topic's tail, without a filter: its socket gets the shared bytes as they are. */
export interface DirectSubscriber {
  /** Its socket is full: from now on it takes batches through its lane. */
  filled(): void;
  /** Its stream is full and has not taken the batch: the subscriber reads it from the log. */
  refused(batch: Batch): void;
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
  /** The number of the topic's lanes, on all streams with many lanes. */
  readonly lane: number;
}

/** What a socket tells of its kind; see `Sink`. */
interface DirectSocketKind {
  readonly framing: Framing;
  readonly directVersion: (() => number) | undefined;
}

/**
 * The direct subscribers of a topic. Nothing is looked up or recorded per subscriber, so a delivery to a thousand of
 * them touches only their sockets. Any other object it touched would miss the CPU cache, and cost as much again.
 */
export class DirectSubscribers {
  /** The wheel's tick of the last write to them. */
  writtenAt = 0;
  /** By framing: to look it up for each subscriber would cost as much as a delivery. */
  readonly #subscribers: Readonly<Record<Framing, Map<DirectSocket, DirectSubscriber>>> = {
    chunked: new Map(),
    plain: new Map(),
  };
  /** The streams in which the topic has a lane. */
  readonly #lanes = new Map<LaneSocket, DirectSubscriber>();
  /** The last known version of each kind of socket; there are one or two kinds. */
  readonly #versions = new Map<() => number, number>();
  readonly #settings: DirectSettings;

  constructor(settings: DirectSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#sockets + this.#lanes.size;
  }

  get #sockets(): number {
    return this.#subscribers.chunked.size + this.#subscribers.plain.size;
  }

  /** A copy of the current subscribers. */
  get all(): readonly DirectSubscriber[] {
    const { chunked, plain } = this.#subscribers;
    return [...chunked.values(), ...plain.values(), ...this.#lanes.values()];
  }

  add(
    socket: DirectSocket | LaneSocket,
    subscriber: DirectSubscriber,
    { framing, directVersion }: DirectSocketKind,
  ): void {
    if ("takeShared" in socket) this.#lanes.set(socket, subscriber);
    else this.#subscribers[framing].set(socket, subscriber);
    if (directVersion && !this.#versions.has(directVersion)) this.#versions.set(directVersion, directVersion());
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

  delete(socket: DirectSocket | LaneSocket): void {
    if ("takeShared" in socket) this.#lanes.delete(socket);
    else if (!this.#subscribers.chunked.delete(socket)) this.#subscribers.plain.delete(socket);
  }

  /** Whether a batch is too long to be written to its subscribers at once. */
  isTooLong(batch: Batch): boolean {
    if (this.size === 0) return false;
    const { plain } = this.#sockets > 0 ? batch.bytes : batch.bytesIn(this.#settings.lane);
    return plain.length > pieceLength;
  }

  write(batch: Batch): void {
    if (this.#sockets > 0) this.#writeToSockets(batch);
    if (this.#lanes.size > 0) this.#writeToLanes(batch);
  }

  #writeToSockets(batch: Batch): void {
    const { chunked, plain } = batch.bytes;
    this.writtenAt = this.#settings.wheel.now;
    this.#count(this.#sockets, batch, plain);
    writeTo(this.#subscribers.chunked, chunked);
    writeTo(this.#subscribers.plain, plain);
  }

  #writeToLanes(batch: Batch): void {
    const bytes = batch.bytesIn(this.#settings.lane);
    let taken = 0;
    for (const socket of this.#lanes.keys()) {
      try {
        if (socket.takeShared(bytes)) taken++;
        else this.#lanes.get(socket)?.refused(batch);
      } catch (error) {
        this.#lanes.get(socket)?.failed(error);
      }
    }
    this.#count(taken, batch, bytes.plain);
  }

  #count(taken: number, { entries }: Batch, { length }: Uint8Array): void {
    const { counters } = this.#settings;
    counters.delivered += taken * entries.length;
    counters.bytes += taken * length;
  }
}

function writeTo(subscribers: ReadonlyMap<DirectSocket, DirectSubscriber>, bytes: Uint8Array): void {
  for (const socket of subscribers.keys()) {
    try {
      if (!socket.write(bytes)) subscribers.get(socket)?.filled();
    } catch (error) {
      subscribers.get(socket)?.failed(error); // the others still get the batch
    }
  }
}
