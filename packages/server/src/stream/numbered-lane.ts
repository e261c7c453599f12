import { encodeFrame } from "@sluice/contract/wire";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Batch } from "../topic/batch.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import type { EventStream } from "./event-stream.js";
import type { LaneFrame, LaneSource } from "./lane.js";
import { StreamLane } from "./stream-lane.js";

/** What a lane tells of itself to those it shares the stream with. */
export interface LaneOrder {
  /** It lags: it is pulled when it's its turn. */
  wait(lane: NumberedLane): void;
  /** It is at the head. */
  rest(lane: NumberedLane): void;
  /** It is over. */
  remove(lane: NumberedLane): void;
}

interface Place {
  readonly number: number;
  /** See `expiryOf`. */
  readonly expiresAt: number;
  readonly lifetime: Lifetime;
  readonly lanes: LaneOrder;
}

/** One of several lanes of an event stream: each frame carries its number, and its end is not the stream's. */
export class NumberedLane extends StreamLane implements EndListener {
  readonly lifetime: Lifetime;
  readonly #number: number;
  readonly #lanes: LaneOrder;
  /** How much it may still write at its turn; without limit as long as it's at the head. */
  #share = 0;

  constructor(stream: EventStream, source: LaneSource, { number, expiresAt, lifetime, lanes }: Place) {
    super(stream, source, expiresAt);
    this.lifetime = lifetime;
    this.#number = number;
    this.#lanes = lanes;
  }

  start(subscription: number): void {
    this.send({ ...this.source.open(this.stream.settings.heartbeat), subscriptions: [subscription] });
    this.source.start(this);
    this.lag();
  }

  /** It is its turn. */
  pull(share: number): void {
    this.#share = share;
    this.source.pull(share);
  }

  get full(): boolean {
    return this.#share <= 0 || this.stream.full;
  }

  lag(): void {
    if (this.isOver) return;
    this.#share = 0;
    this.#lanes.wait(this);
  }

  caughtUp(): void {
    this.#share = Number.POSITIVE_INFINITY;
    this.#lanes.rest(this);
  }

  /** Its bytes carry its number: they go past nothing. */
  override direct(): undefined {
    return undefined;
  }

  get directVersion(): undefined {
    return undefined;
  }

  /** A lane can't be cut alone; an error that isn't final says the same. */
  cut(): void {
    this.revoke("unavailable", "What follows is no longer there", { isFinal: false });
  }

  idle(): boolean {
    return this.sayWhere();
  }

  /** Its lifetime is over: by its own end, or its stream's. */
  onEnd(): void {
    this.cancelExpiry();
    this.#lanes.remove(this);
  }

  protected get isOver(): boolean {
    return this.lifetime.over;
  }

  protected encode(frame: LaneFrame): string {
    return encodeFrame({ ...frame, lane: this.#number });
  }

  protected frameOf(batch: Batch, index: number): string {
    return batch.frame(index, this.#number);
  }

  protected bytesOf(batch: Batch): SharedBytes {
    return batch.bytesIn(this.#number);
  }

  /** Only its first line is its own: the rest, which may have megabytes, is everybody's. */
  protected writeFrame({ plain }: SharedBytes): void {
    const type = plain.indexOf("event: ") + "event: ".length;
    this.stream.writeWithRest(this, `${plain.toString("utf8", 0, type)}${this.#number}/`, plain.subarray(type));
  }

  protected took(bytes: number): void {
    if (this.#share <= 0) return; // it's not its turn: what is short, or can't wait, was written all the same
    this.#share -= bytes;
    if (this.#share <= 0) this.#lanes.wait(this);
  }

  protected discard(): void {
    this.stream.discard(this);
  }

  protected endNow(): void {
    this.lifetime.end();
  }
}
