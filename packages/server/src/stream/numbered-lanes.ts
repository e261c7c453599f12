import { type ErrorFrame, encodeFrame, type OpenFrame } from "@sluice/contract/wire";
import { Lifetime } from "../time/lifetime.js";
import type { EventStream } from "./event-stream.js";
import { isUnavailable, type LaneSource, type Lanes } from "./lane.js";
import { NumberedLane } from "./numbered-lane.js";

/** Most bytes that a lagging lane may write on its turn. A longer event is written whole. */
const turnBytes = 4 * 1024;

/** The subscription that a lane is for. */
interface LanePlace {
  /** Index of the subscription in the request. */
  readonly subscription: number;
  /** The subscription's lifetime: it ends with the lane. */
  readonly lifetime: Lifetime;
}

/** What a lane serves, and how long. */
export interface LaneTerms extends LanePlace {
  readonly path: string;
  readonly source: LaneSource;
  /** See `expiryOf`. */
  readonly expiresAt: number;
}

/** The two frames of a lane that serves nothing. */
interface Refusal extends LanePlace {
  readonly open: OpenFrame;
  readonly error: ErrorFrame;
}

/**
 * The numbered lanes of an event stream. Lagging lanes take turns, as many at once as fill a socket, so that a lane
 * with megabytes to catch up on does not hold up the others. PROTOCOL §10.2.
 */
export class NumberedLanes implements Lanes {
  readonly #stream: EventStream;
  readonly #open = new Map<number, NumberedLane>();
  /** Numbers of lanes that ended while others were still to be added. A stream must not use a number twice. */
  #ended: Set<number> | undefined;
  /** The next number that no topic has on all streams. */
  #nextOwn = 1;
  /** The lagging lanes, in turn order. */
  readonly #waiting = new Set<NumberedLane>();
  /** The lanes whose turn it is. */
  readonly #pulled = new Set<NumberedLane>();
  readonly #maxPulled: number;
  #isPulling = false;
  /** How many are neither added nor refused yet. */
  #expected: number;
  /** Lifetimes of those that are being opened. */
  readonly #opening = new Set<Lifetime>();

  /** @param expected the number of subscriptions in the request: the stream ends when this many lanes have ended */
  constructor(stream: EventStream, expected: number) {
    this.#stream = stream;
    this.#expected = expected;
    this.#maxPulled = Math.max(1, Math.floor(stream.settings.limits.bufferedBytes / turnBytes));
    stream.lanes = this;
    stream.write(encodeFrame({ kind: "retry", ms: stream.settings.retry }));
  }

  /** A lane is being opened: it lives until the stream ends, or it is refused, or has been added and ends. */
  begin(): Lifetime {
    const lifetime = new Lifetime();
    if (this.#stream.closed) lifetime.end();
    else this.#opening.add(lifetime);
    return lifetime;
  }

  /** Opens a lane and serves it. */
  add({ subscription, path, source, expiresAt, lifetime }: LaneTerms): NumberedLane {
    const number = this.#numberFor(source);
    const lane = new NumberedLane(this.#stream, source, { number, expiresAt, lifetime, lanes: this });
    this.#opening.delete(lifetime);
    this.#settle();
    this.#open.set(number, lane);
    lifetime.watch(lane);
    if (this.#stream.closed) lifetime.end();
    else if (!lifetime.over) lane.start({ path, subscriptions: [subscription] });
    return lane;
  }

  /** Tells why there is no such lane. */
  refuse({ subscription, open, error, lifetime }: Refusal): void {
    const lane = this.#numberFor({});
    this.#opening.delete(lifetime);
    this.#settle();
    lifetime.end();
    if (open.stream !== "stream" && isUnavailable(error)) this.#stream.closesConnection = true;
    const opened = encodeFrame({ ...open, lane, subscriptions: [subscription] });
    this.#stream.write(opened + encodeFrame({ ...error, lane }));
    this.#endAfterLast();
  }

  get open(): Iterable<NumberedLane> {
    return this.#open.values();
  }

  get size(): number {
    return this.#open.size;
  }

  /** The sink knows. */
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
    for (const lane of this.#open.values()) hasSent = lane.idle() || hasSent;
    return hasSent;
  }

  onStreamEnd(): void {
    for (const lifetime of this.#opening) lifetime.end();
    this.#opening.clear();
    for (const lane of [...this.#open.values()]) lane.lifetime.end();
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

  /** A lane has ended. */
  remove(lane: NumberedLane): void {
    this.#open.delete(lane.number);
    if (this.#expected > 0) this.#ended = (this.#ended ?? new Set()).add(lane.number);
    this.caughtUp(lane);
    this.#endAfterLast();
  }

  /** The stream ends with its last lane. */
  #endAfterLast(): void {
    if (this.#open.size > 0 || this.#expected > 0 || this.#stream.closed) return;
    this.#stream.write(encodeFrame({ kind: "end" }));
    this.#stream.end();
  }

  /** One more is added or refused. */
  #settle(): void {
    this.#expected--;
    if (this.#expected === 0) this.#ended = undefined;
  }

  /** The topic's number, unless another lane of this stream has or had it. */
  #numberFor({ laneNumber }: Pick<LaneSource, "laneNumber">): number {
    if (laneNumber !== undefined && !this.#open.has(laneNumber) && !this.#ended?.has(laneNumber)) return laneNumber;
    const number = this.#nextOwn;
    this.#nextOwn += 2;
    return number;
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
