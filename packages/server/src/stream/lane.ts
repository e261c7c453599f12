import type { Frame, OpenFrame } from "@sluice/contract/wire";
import type { Lifetime } from "../time/lifetime.js";
import type { Batch } from "../topic/batch.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";

/** What a subscription says. (Comments, `retry:` and `$drain` are the stream's.) */
export type LaneFrame = Exclude<Frame, { readonly kind: "comment" | "retry" | "drain" | "unknown" }>;

/** One subscription's share of an event stream: all of it, or a numbered part. Its source writes to it. PROTOCOL §10.2. */
export interface Lane {
  /** Ends when the client leaves, on revocation, expiry, or the subscription's own end. */
  readonly lifetime: Lifetime;
  /** Takes no more for now. Its feed is pulled as soon as there is room. */
  readonly full: boolean;
  /** Writes a frame, also into a full lane: for what is short, or can't wait. False: it is full now, or over. */
  send(frame: LaneFrame): boolean;
  /**
   * Takes the events of a batch, or of them those whose indices are `picked`, and counts them. False: it took none of them, because
   * it is full or over; its feed keeps its place.
   */
  deliver(batch: Batch, picked?: readonly number[]): boolean;
  /** Writes the bytes of one frame, a snapshot, that others get, too; also into a full lane. */
  sendShared(frame: SharedBytes): void;
  /** Its feed has to catch up: it is pulled as soon as there is room. */
  lag(): void;
  /** Its feed has caught up: from now on it writes as things happen, and not because it was pulled. */
  caughtUp(): void;
  /** Where shared bytes may go past it, as long as `directVersion` gives the same number: a socket with room. */
  direct(): DirectSocket | undefined;
  /** See `Sink`. */
  readonly directVersion: (() => number) | undefined;
  /** What went past it has filled the socket. */
  filled(): void;
  /** Holds back what is sent until `uncork()`, or something shared, so that what is written step by step goes out in one piece. */
  cork(): void;
  uncork(): void;
  /** Ends the lane after its last frame was written. */
  end(): void;
  /** Writes the last frame and ends the lane. */
  finish(frame: LaneFrame): void;
  /** Breaks off: the client comes again, with what it has. */
  cut(): void;
}

/** What an event stream asks of those who write its lanes. */
export interface Feed {
  /**
   * There is room: go on where you left off, with batches of up to `maxBytes` and of one event at least, until the lane is full or you
   * have caught up. Called after the start, when the lane was told that it lags, and when it was full; also where nothing waits.
   */
  pull(maxBytes: number): void;
  /** The wheel's tick at which something of it went past the lane, straight to the socket. */
  readonly writtenAt?: number;
  /** Gives a frame to send as heartbeat, where there is something to say. */
  idleFrame?(): LaneFrame | undefined;
}

/** A subscription that is ready to be served. */
export interface LaneSource extends Feed {
  /** The procedure's path, and what follows it in a topic's name. */
  readonly topic: string;
  /** The context that middleware made. */
  readonly context: unknown;
  /** Whether a client takes it up again after a cut. */
  readonly resumable: boolean;
  /** The lane's first frame. */
  open(heartbeat: number): OpenFrame;
  /** Writes what follows it at once. The rest is pulled. */
  start(lane: Lane): void;
}

/** What others than the source may do with a lane that is open. */
export interface OpenLane {
  readonly source: LaneSource;
  /** Ends it with an error, ahead of whatever is held back: not one event follows. */
  revoke(code: string, message: string, options: { readonly isFinal: boolean }): void;
}

/** What an event stream carries: the lane that is all of it, or numbered ones. */
export interface Lanes {
  readonly open: Iterable<OpenLane>;
  /** The wheel's tick at which something went past the stream, straight to its socket. */
  readonly writtenAt: number;
  /** The stream has room again. */
  drained(): void;
  /** Nothing was written for a heartbeat. False: there is nothing to say. */
  idle(): boolean;
  /** The stream is over. */
  over(): void;
}
