/**
 * One SSE block, discriminated by `kind`. A Sluice stream consists of these frames. Only `encode.ts` and `decode.ts`
 * know their text form. PROTOCOL §5.
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
  | StoreFrame
  | CommentFrame
  | RetryFrame
  | UnknownFrame;

/** The number of the frame's lane, on a multiplexed stream. */
interface Laned {
  readonly lane?: number;
}

/** An event of the contract. */
export interface EventFrame extends Laned {
  readonly kind: "event";
  readonly type: string;
  /** JSON text. It is encoded once and parsed once, so it stays text in between. */
  readonly data: string;
  readonly id?: string;
}

/**
 * How the server serves the subscription: `live` reads a log, `stream` runs a generator, `resumable` runs a generator
 * through a log.
 */
export type StreamKind = "live" | "stream" | "resumable";

/** The first frame of a stream or lane. */
export interface OpenFrame extends Laned {
  readonly kind: "open";
  readonly stream: StreamKind;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Cursor of the topic's head when the stream was opened. Absent if there is no log. */
  readonly head?: string;
  /** Version of the state that the server folds. Absent: 1, or no state. */
  readonly version?: number;
  /** True if the server acts on a client's coming and leaving. Absent: false. */
  readonly attended?: boolean;
  /** False if the stream ends for good when it is cut. */
  readonly resumable: boolean;
  readonly id?: string;
  /** On a multiplexed stream, the path of the subscription. */
  readonly path?: string;
  /** On a multiplexed stream, the subscriptions that this lane serves, as indices into the request's array. */
  readonly subscriptions?: readonly number[];
}

/** The state after the event at `id`. */
export interface SnapshotFrame extends Laned {
  readonly kind: "snapshot";
  /** JSON text. */
  readonly data: string;
  readonly id: string;
}

/** The subscriber has caught up; later events are sent as they happen. */
export interface LiveFrame extends Laned {
  readonly kind: "live";
  readonly id?: string;
}

/**
 * `limit`: the subscriber is further behind than the server is willing to send. The other reasons come from the log.
 */
export type ResetReason = "trimmed" | "epoch" | "diverged" | "limit";

/** The history after the subscriber's cursor is missing. */
export interface ResetFrame extends Laned {
  readonly kind: "reset";
  readonly reason: ResetReason;
  readonly oldest: string;
  readonly head: string;
}

/** The cursor moved past events that this subscriber doesn't receive. */
export interface AtFrame extends Laned {
  readonly kind: "at";
  readonly id: string;
}

/** A problem of the input, and its place. PROTOCOL §3. */
export interface InputIssue {
  readonly message: string;
  readonly path: readonly (string | number)[];
}

export interface ErrorFrame extends Laned {
  readonly kind: "error";
  readonly code: string;
  readonly message: string;
  /** Data of a declared error, in wire form. */
  readonly data?: unknown;
  /** What is wrong with the input, where a lane is refused for it. */
  readonly issues?: readonly InputIssue[];
  /** Milliseconds after which a lane that was refused may be opened again. */
  readonly retryAfter?: number;
  /** True: the subscription has ended and a client must not reopen it automatically. */
  readonly final: boolean;
}

/** The subscription has ended normally. */
export interface EndFrame extends Laned {
  readonly kind: "end";
}

/**
 * The server is about to shut down, or the stream has reached its maximum age. The client opens a new stream after
 * `retry` milliseconds, then closes this one.
 */
export interface DrainFrame {
  readonly kind: "drain";
  readonly retry: number;
}

/** Whether the server reaches its log: while it doesn't, an open stream brings nothing that is published elsewhere. */
export interface StoreFrame {
  readonly kind: "store";
  readonly up: boolean;
}

/** A comment, used as a heartbeat. */
export interface CommentFrame {
  readonly kind: "comment";
  readonly text: string;
}

/** How long to wait before the next attempt, in milliseconds. */
export interface RetryFrame {
  readonly kind: "retry";
  readonly ms: number;
}

/** A control frame of a later protocol version. Readers ignore it. */
export interface UnknownFrame extends Laned {
  readonly kind: "unknown";
  readonly type: string;
}
