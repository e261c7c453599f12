import { encodeFrame } from "@sluice/contract/wire";
import type { Lifetime } from "../time/lifetime.js";
import type { EventStream } from "./event-stream.js";
import type { LaneSource, Lanes } from "./lane.js";
import { NumberedLane } from "./numbered-lane.js";

/** Most bytes that a lane which lags gets at its turn; an event that is longer goes whole. */
const share = 4 * 1024;

/** Which subscription a lane serves, and for how long. */
export interface LaneTerms {
  readonly number: number;
  /** Index of the subscription in the request. */
  readonly subscription: number;
  readonly source: LaneSource;
  /** See `expiryOf`. */
  readonly expiresAt: number;
  /** The subscription's: it ends with its lane. */
  readonly lifetime: Lifetime;
}

/**
 * The numbered lanes of an event stream. Those that lag get their turns one after another, so many at a time as fill a socket once: one that has
 * megabytes to catch up with keeps none of the others from what happens. PROTOCOL §10.2.
 */
export class NumberedLanes implements Lanes {
  readonly #stream: EventStream;
  readonly #open = new Set<NumberedLane>();
  /** Those that lag, in the order of their turns. */
  readonly #waiting = new Set<NumberedLane>();
  /** Those whose turn it is. */
  readonly #pulled = new Set<NumberedLane>();
  readonly #most: number;
  #isPulling = false;
  /** How many have yet to come. */
  #expected: number;

  /** @param expected how many subscriptions the request has: the stream ends when so many lanes have ended */
  constructor(stream: EventStream, expected: number) {
    this.#stream = stream;
    this.#expected = expected;
    this.#most = Math.max(1, Math.floor(stream.settings.limits.bufferedBytes / share));
    stream.lanes = this;
    stream.write(encodeFrame({ kind: "retry", ms: stream.settings.retry }));
  }

  /** Opens a lane and serves it. */
  add({ number, subscription, source, expiresAt, lifetime }: LaneTerms): NumberedLane {
    const lane = new NumberedLane(this.#stream, source, { number, expiresAt, lifetime, lanes: this });
    this.#expected--;
    this.#open.add(lane);
    lifetime.watch(lane);
    if (this.#stream.closed) lifetime.end();
    else if (!lifetime.over) lane.start(subscription);
    return lane;
  }

  get open(): Iterable<NumberedLane> {
    return this.#open;
  }

  /** Nothing goes past a stream that lanes share. */
  get writtenAt(): number {
    return 0;
  }

  drained(): void {
    // Whoever had its turn when the stream was full may have stopped amid it.
    for (const lane of this.#pulled) this.#waiting.add(lane);
    this.#pulled.clear();
    this.#pull();
  }

  idle(): boolean {
    let hasSpoken = false;
    for (const lane of this.#open) hasSpoken = lane.idle() || hasSpoken;
    return hasSpoken;
  }

  over(): void {
    for (const lane of [...this.#open]) lane.lifetime.end();
  }

  /** A lane lags: it is pulled when it's its turn. */
  wait(lane: NumberedLane): void {
    this.#pulled.delete(lane);
    this.#waiting.add(lane);
    this.#pull();
  }

  /** A lane is at the head. */
  rest(lane: NumberedLane): void {
    this.#waiting.delete(lane);
    this.#pulled.delete(lane);
    this.#pull();
  }

  /** A lane is over; with the last of all the stream is. */
  remove(lane: NumberedLane): void {
    this.#open.delete(lane);
    this.rest(lane);
    if (this.#open.size > 0 || this.#expected > 0 || this.#stream.closed) return;
    this.#stream.write(encodeFrame({ kind: "end" }));
    this.#stream.end();
  }

  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    for (const lane of this.#waiting) {
      if (this.#stream.full || this.#stream.closed || this.#pulled.size >= this.#most) break;
      this.#waiting.delete(lane);
      this.#pulled.add(lane);
      lane.pull(share);
    }
    this.#isPulling = false;
  }
}
