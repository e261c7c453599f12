import { encodeFrame } from "@sluice/contract/wire";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Batch } from "../topic/batch.js";
import type { LaneSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import { decodeUtf8 } from "../topic/utf8.js";
import type { EventStream } from "./event-stream.js";
import type { LaneFrame, LaneSource } from "./lane.js";
import { StreamLane } from "./stream-lane.js";

const maxCopied = 4 * 1024;

/** How a lane reports to the lanes that share its stream. */
export interface LaneScheduler {
  /** It lags: it is pulled on its turn. */
  lag(lane: NumberedLane): void;
  /** It has caught up with the head. */
  caughtUp(lane: NumberedLane): void;
  /** It has ended. */
  remove(lane: NumberedLane): void;
}

interface NumberedLaneOptions {
  readonly number: number;
  /** See `expiryOf`. */
  readonly expiresAt: number;
  readonly lifetime: Lifetime;
  readonly lanes: LaneScheduler;
}

/** One of several lanes of an event stream. Each frame carries the lane's number, and the stream outlives the lane. */
export class NumberedLane extends StreamLane implements EndListener {
  readonly lifetime: Lifetime;
  readonly number: number;
  readonly #lanes: LaneScheduler;
  /** Bytes that it may still write on its turn. Unlimited while it is at the head. */
  #share = 0;

  constructor(stream: EventStream, source: LaneSource, { number, expiresAt, lifetime, lanes }: NumberedLaneOptions) {
    super(stream, source, expiresAt);
    this.lifetime = lifetime;
    this.number = number;
    this.#lanes = lanes;
  }

  start(place: { readonly path: string; readonly subscriptions: readonly number[] }): void {
    // It belongs to the stream: whatever ends the lane, at once or before the socket takes this, nobody would know whose end it is.
    this.stream.write(this.encode({ ...this.source.open(this.stream.settings.heartbeat), ...place }));
    if (this.hasExpired) return;
    this.source.start(this);
    this.lag();
  }

  /** Starts its turn. */
  pull(share: number): void {
    this.#share = share;
    this.source.pull(share);
  }

  get full(): boolean {
    return this.#share <= 0 || this.stream.full;
  }

  lag(): void {
    if (this.hasEnded) return;
    this.#share = 0;
    this.#lanes.lag(this);
  }

  caughtUp(): void {
    this.#share = Number.POSITIVE_INFINITY;
    this.#lanes.caughtUp(this);
  }

  /** Bytes that all streams share carry the topic's own number. */
  override direct(): LaneSocket | undefined {
    const socket = this.number === this.source.laneNumber ? super.direct() : undefined;
    return socket && "takeShared" in socket ? socket : undefined;
  }

  get directVersion(): undefined {
    return undefined;
  }

  /** A lane cannot be cut alone; an error that is not final has the same effect. */
  cut(): void {
    this.revoke("unavailable", "The events that follow are no longer in the log", { isFinal: false });
  }

  idle(): boolean {
    return this.sendIdle();
  }

  /** Called when its lifetime ends, alone or with the stream. */
  onEnd(): void {
    this.cancelExpiry();
    this.#lanes.remove(this);
  }

  protected get hasEnded(): boolean {
    return this.lifetime.over;
  }

  protected encode(frame: LaneFrame): string {
    return encodeFrame({ ...frame, lane: this.number });
  }

  protected frameOf(batch: Batch, index: number): string {
    return batch.frame(index, this.number);
  }

  protected bytesOf(batch: Batch): SharedBytes {
    return batch.bytesIn(this.number);
  }

  /** Only the first line differs between lanes. The rest, possibly megabytes, is shared. */
  protected writeFrame({ plain }: SharedBytes): void {
    const type = typeStart(plain);
    const start = `${decodeUtf8(plain.subarray(0, type))}${this.number}/`;
    const rest = plain.subarray(type);
    // A copy of a few bytes costs less than a write of their own.
    if (rest.length <= maxCopied) this.stream.write(start + decodeUtf8(rest), this);
    else this.stream.writeWithRest(this, start, rest);
  }

  protected onWritten(bytes: number): void {
    if (this.#share <= 0) return; // not its turn: the frame was short or urgent
    this.#share -= bytes;
    if (this.#share <= 0) this.#lanes.lag(this);
  }

  protected endNow(): void {
    this.lifetime.end();
  }
}

const lineFeed = 10;

/** Where the type starts in the bytes of a frame: after `event: `, which is its first or, after an id, its second line. */
function typeStart(frame: Uint8Array): number {
  const hasId = frame[0] === "i".charCodeAt(0);
  return (hasId ? frame.indexOf(lineFeed) + 1 : 0) + "event: ".length;
}
