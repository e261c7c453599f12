/**
 * One SSE block, told apart by `kind`. Everything that goes over a Sluice stream is one of these, and nothing but
 * `encode.ts` and `decode.ts` knows how they are written. PROTOCOL §5.
 */
export type Frame =
  | EventFrame
  | OpenFrame
  | SnapshotFrame
  | LiveFrame
  | ResetFrame
  | AtFrame
  | ErrorFrame
  | EndFrame
  | DrainFrame
  | CommentFrame
  | RetryFrame
  | UnknownFrame;

/** On a multiplexed stream, the number of the lane that the frame belongs to. */
interface Laned {
  readonly lane?: number;
}

/** A contract's event. */
export interface EventFrame extends Laned {
  readonly kind: "event";
  readonly type: string;
  /** JSON text: it is written once and read once, so it stays text in between. */
  readonly data: string;
  readonly id?: string;
}

/** What the server does with the procedure: reads a log, runs a generator, or runs a resumable generator through a log. */
export type StreamKind = "live" | "stream" | "resumable";

/** First frame of a stream, or of a lane. */
export interface OpenFrame extends Laned {
  readonly kind: "open";
  readonly stream: StreamKind;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Cursor of the topic's head when the stream was opened; absent where there is no log. */
  readonly head?: string;
  /** Version of the state that the server folds. Absent: 1, or no state. */
  readonly version?: number;
  /** False for a generator that a cut ends for good. */
  readonly resumable: boolean;
  readonly id?: string;
  /** On a multiplexed stream, which of the request's subscriptions (by index) this lane serves. */
  readonly subscriptions?: readonly number[];
}

/** The folded state after the event that `id` names. */
export interface SnapshotFrame extends Laned {
  readonly kind: "snapshot";
  /** JSON text. */
  readonly data: string;
  readonly id: string;
}

/** All that was there has been sent; what follows is sent as it happens. */
export interface LiveFrame extends Laned {
  readonly kind: "live";
  readonly id?: string;
}

/** `limit`: there was more to catch up with than the server sends. The others are the log's reasons. */
export type ResetReason = "trimmed" | "epoch" | "diverged" | "limit";

/** History between the subscriber's cursor and what follows is not to be had. */
export interface ResetFrame extends Laned {
  readonly kind: "reset";
  readonly reason: ResetReason;
  readonly oldest: string;
  readonly head: string;
}

/** The position moved past events that this subscriber doesn't get. */
export interface AtFrame extends Laned {
  readonly kind: "at";
  readonly id: string;
}

export interface ErrorFrame extends Laned {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  /** Wire form of the declared error's data. */
  readonly data?: unknown;
  /** True: the subscription is over, a client must not open it again by itself. */
  readonly final: boolean;
}

/** The subscription has come to its proper end. */
export interface EndFrame extends Laned {
  readonly kind: "end";
}

/** The server is about to go: open again after `retry` milliseconds, then let go of this stream. */
export interface DrainFrame {
  readonly kind: "drain";
  readonly retry: number;
}

/** A comment: the heartbeat. */
export interface CommentFrame {
  readonly kind: "comment";
  readonly text: string;
}

/** How long to wait before the next attempt, in milliseconds. */
export interface RetryFrame {
  readonly kind: "retry";
  readonly ms: number;
}

/** A control frame of a later version of the protocol. Readers pass over it. */
export interface UnknownFrame extends Laned {
  readonly kind: "unknown";
  readonly type: string;
}
