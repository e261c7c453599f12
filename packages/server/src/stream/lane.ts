import type { Frame, OpenFrame } from "@sluice/contract/wire";
import type { Lifetime } from "../time/lifetime.js";
import type { Batch } from "../topic/batch.js";
import type { DirectSocket, LaneSocket } from "../topic/direct-subscribers.js";
import type { Framing, SharedBytes } from "../topic/shared-bytes.js";

/** A frame of a subscription. (Comments, `retry:` and `$drain` belong to the stream.) */
export type LaneFrame = Exclude<Frame, { readonly kind: "comment" | "retry" | "drain" | "store" | "unknown" }>;

/** Another server may be able to serve it: the client's next request must not come over the same connection. */
export const isUnavailable = (frame: LaneFrame): boolean =>
  frame.kind === "error" && frame.code === "unavailable" && !frame.final;

/**
 * One subscription's share of an event stream: the whole stream, or a numbered part. Its source writes to it. PROTOCOL
 * §10.2.
 */
export interface Lane {
  /** Ends when the client leaves, on revocation, on expiry, or when the subscription itself ends. */
  readonly lifetime: Lifetime;
  /** The lane takes no more for now. Its feed is pulled when there is room. */
  readonly full: boolean;
  /** Writes a frame, also into a full lane: for short or urgent frames. False: the lane is full now, or has ended. */
  send(frame: LaneFrame): boolean;
  /**
   * Writes the events of a batch, or only those at the indices in `picked`, and counts them. False: it wrote none,
   * because it is full or has ended; the feed keeps its cursor.
   */
  deliver(batch: Batch, picked?: readonly number[]): boolean;
  /** Writes the bytes of one frame (a snapshot) that other lanes also send. Also into a full lane. */
  sendShared(frame: SharedBytes): void;
  /** The feed must catch up: it is pulled as soon as there is room. */
  lag(): void;
  /** The feed has caught up: from now on it writes events as they happen, without being pulled. */
  caughtUp(): void;
  /**
   * The socket that shared bytes may be written to directly, if it has room. Valid while `directVersion` returns the
   * same number.
   */
  direct(): DirectSocket | LaneSocket | undefined;
  /** How that socket takes shared bytes. */
  readonly framing: Framing;
  /** See `Sink`. */
  readonly directVersion: (() => number) | undefined;
  /** A direct write has filled the socket. */
  filled(): void;
  /** Buffers frames until `uncork()` or the next shared bytes, so that several small writes go out as one. */
  cork(): void;
  uncork(): void;
  /** Ends the lane after its last frame. */
  end(): void;
  /** Writes the last frame and ends the lane. */
  finish(frame: LaneFrame): void;
  /** Ends the lane like a broken connection: the client reconnects, with the cursor it has. */
  cut(): void;
}

/** The source's side of a lane: the event stream asks it for more. */
export interface Feed {
  /**
   * There is room: continue where you stopped, with batches of up to `maxBytes` and at least one event, until the lane
   * is full or you have caught up. Called after the start, after `lag()`, and after the lane was full; also if there is
   * nothing to write.
   */
  pull(maxBytes: number): void;
  /** The wheel's tick of the last direct write to the socket. */
  readonly writtenAt?: number;
  /** Returns a frame to send instead of a heartbeat, if there is something to say. */
  idleFrame?(): LaneFrame | undefined;
}

/** A subscription that is ready to be served. */
export interface LaneSource extends Feed {
  /** The topic's name: the procedure's path, and the key if there is one. */
  readonly topic: string;
  /** The number that the topic's lanes have on all streams. Absent: each stream chooses one, and nothing is read from a log. */
  readonly laneNumber?: number;
  /** The context after middleware. */
  readonly context: unknown;
  /** Whether a client can resume it after a cut. */
  readonly resumable: boolean;
  /** The lane's first frame. */
  open(heartbeat: number): OpenFrame;
  /** Writes the frames that follow at once. The rest is pulled. */
  start(lane: Lane): void;
}

/** The view of an open lane for code other than its source. */
export interface OpenLane {
  readonly source: LaneSource;
  readonly lifetime: Lifetime;
  /** Ends the lane with an error. Frames that wait are dropped, and no event follows. */
  revoke(code: string, message: string, options: { readonly isFinal: boolean }): void;
}

/** The content of an event stream: one lane that is the whole stream, or numbered lanes. */
export interface Lanes {
  readonly open: Iterable<OpenLane>;
  /** Number of open lanes. */
  readonly size: number;
  /** The wheel's tick of the last direct write to the stream's socket. */
  readonly writtenAt: number;
  /** The stream has room again. */
  drained(): void;
  /** A heartbeat is due. False: no lane has something to say. */
  idle(): boolean;
  /** The stream has ended. */
  onStreamEnd(): void;
}
