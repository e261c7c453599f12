import { encodeFrame } from "@sluice/contract/wire";
import type { Lifetime } from "../time/lifetime.js";
import type { EventStream } from "./event-stream.js";
import type { LaneSource, Lanes } from "./lane.js";
import { NumberedLane } from "./numbered-lane.js";

/** Most bytes that a lagging lane may write on its turn. A longer event is written whole. */
const turnBytes = 4 * 1024;

/** The subscription that a lane serves, and how long. */
export interface LaneTerms {
  readonly number: number;
  /** Index of the subscription in the request. */
  readonly subscription: number;
  readonly source: LaneSource;
  /** See `expiryOf`. */
  readonly expiresAt: number;
  /** The subscription's lifetime: it ends with the lane. */
  readonly lifetime: Lifetime;
}

/**
 * The numbered lanes of an event stream. Lagging lanes take turns, as many at once as fill a socket, so that a lane
 * with megabytes to catch up on does not hold up the others. PROTOCOL §10.2.
 */
export class NumberedLanes implements Lanes {
  readonly #stream: EventStream;
  readonly #open = new Set<NumberedLane>();
  /** The lagging lanes, in turn order. */
  readonly #waiting = new Set<NumberedLane>();
  /** The lanes whose turn it is. */
  readonly #pulled = new Set<NumberedLane>();
  readonly #maxPulled: number;
  #isPulling = false;
  /** How many are still to be added. */
  #expected: number;

  /** @param expected the number of subscriptions in the request: the stream ends when this many lanes have ended */
  constructor(stream: EventStream, expected: number) {
    this.#stream = stream;
    this.#expected = expected;
    this.#maxPulled = Math.max(1, Math.floor(stream.settings.limits.bufferedBytes / turnBytes));
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

  /** Nothing is written directly to a socket that lanes share. */
  get writtenAt(): number {
    return 0;
  }

  drained(): void {
    // A lane that had its turn when the stream became full may not have finished it.
    for (const lane of this.#pulled) this.#waiting.add(lane);
    this.#pulled.clear();
    this.#pull();
  }

  idle(): boolean {
    let hasSent = false;
    for (const lane of this.#open) hasSent = lane.idle() || hasSent;
    return hasSent;
  }

  onStreamEnd(): void {
    for (const lane of [...this.#open]) lane.lifetime.end();
  }

  /** A lane lags: it is pulled on its turn. */
  lag(lane: NumberedLane): void {
    this.#pulled.delete(lane);
    this.#waiting.add(lane);
    this.#pull();
  }

  /** A lane has caught up with the head. */
  caughtUp(lane: NumberedLane): void {
    this.#waiting.delete(lane);
    this.#pulled.delete(lane);
    this.#pull();
  }

  /** A lane has ended. The stream ends with its last lane. */
  remove(lane: NumberedLane): void {
    this.#open.delete(lane);
    this.caughtUp(lane);
    if (this.#open.size > 0 || this.#expected > 0 || this.#stream.closed) return;
    this.#stream.write(encodeFrame({ kind: "end" }));
    this.#stream.end();
  }

  #pull(): void {
    if (this.#isPulling) return;
    this.#isPulling = true;
    for (const lane of this.#waiting) {
      if (this.#stream.full || this.#stream.closed || this.#pulled.size >= this.#maxPulled) break;
      this.#waiting.delete(lane);
      this.#pulled.add(lane);
      lane.pull(turnBytes);
    }
    this.#isPulling = false;
  }
}
