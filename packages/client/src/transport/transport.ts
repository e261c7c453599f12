import type { AnySubscription, SluiceError } from "@sluice/contract";
import type { Frame, OpenFrame } from "@sluice/contract/wire";
import type { Clock } from "../platform/clock.js";
import type { Target } from "../wire/target.js";
import type { Connection } from "./connection-state.js";

/**
 * How a client's subscriptions reach the server. `createTransport` opens streams, with one lane or with many (PROTOCOL §10);
 * another transport may get their frames from another tab. A transport does connecting, retrying,
 * liveness, credentials and offline; it doesn't know what frames mean.
 */
export interface Transport {
  /** Creates a lane for one subscription. It sends nothing before `open`. */
  lane(request: LaneRequest, sink: LaneSink): Lane;
}

/** Makes a client's own transport one that shares its streams with other tabs. */
export type TabSharing = (
  own: Transport,
  settings: { readonly url: string; readonly clock: Required<Clock> },
  closing: AbortSignal,
) => Transport;

export interface LaneRequest {
  readonly target: Target<AnySubscription>;
  /** Read with each opening, and not before: many lanes may wait for the same stream while their cursors move. */
  readonly resume: ResumePoint;
}

/** Where a subscription resumes. */
export interface ResumePoint {
  /** The cursor reached. Without one, a transport never gives up an open stream by choice. PROTOCOL §5.10. */
  readonly cursor: string | undefined;
  /** The cursor to open with: the one reached, or none to get a fresh snapshot. */
  readonly resumeFrom: string | undefined;
}

/** Frames that a subscription applies. */
export type TopicFrame = Extract<Frame, { kind: "event" | "snapshot" | "at" | "reset" | "live" }>;

/** Receives a lane's frames. Calls come one at a time, and no frame after `over` or the lane's `close`. */
export interface LaneSink {
  /** A stream has opened: frames follow from the cursor asked for, and none of an earlier opening. */
  opened(frame: OpenFrame): void;
  /** @throws SluiceError to fail this lane; others on the same stream go on. */
  frame(frame: TopicFrame): void;
  changed(connection: Connection): void;
  /** The lane ended, or failed for good. */
  over(error: SluiceError | undefined): void;
  /**
   * If given, frames wait until the promise it returns resolves. Such a lane needs a stream of its own, as others would
   * wait with it.
   */
  ready?(): Promise<void> | undefined;
}

/** One subscription's share of an event stream: all of it, or a numbered part. */
export interface Lane {
  /**
   * Opens a stream from the cursor reached, at once unless the server asked to wait. An open stream goes on until then.
   */
  open(): void;
  /** Like `open`, unless a stream is open or under way. */
  nudge(): void;
  close(): void;
}
