import type { AnySubscription, SluiceError } from "@sluice/contract";
import type { Frame, OpenFrame } from "@sluice/contract/wire";
import type { Target } from "../wire/target.js";
import type { Connection } from "./connection-state.js";

/**
 * How a client's subscriptions reach the server. `createDirectTransport` gives each a stream of its own; a transport may as well
 * carry many of them on one stream (PROTOCOL §10), or take their frames from another tab. All that concerns the way there is its
 * own: connecting, retrying, liveness, credentials and being offline. What frames mean is the subscription's.
 */
export interface Transport {
  /** A lane for one subscription. It asks for nothing before `open`. */
  lane(request: LaneRequest, sink: LaneSink): Lane;
}

export interface LaneRequest {
  readonly target: Target<AnySubscription>;
  /** Read at every opening, and not before: many lanes may wait for the same stream while their positions move. */
  readonly resume: ResumePoint;
}

/** Where a subscription goes on from. */
export interface ResumePoint {
  /** The cursor reached. Without one a stream that is open is never given up by choice. PROTOCOL §5.10. */
  readonly cursor: string | undefined;
  /** The cursor to open with: the one reached, or none where a fresh snapshot is wanted. */
  readonly resumeFrom: string | undefined;
}

/** Frames of one topic: what a subscription is made of. */
export type TopicFrame = Extract<Frame, { kind: "event" | "snapshot" | "at" | "reset" | "live" }>;

/** What a transport hands a lane's frames to. Calls come one at a time, and none after `over` or the lane's `close`. */
export interface LaneSink {
  /** Frames begin, from the cursor that was asked for; those of an earlier opening are over. */
  opened(frame: OpenFrame): void;
  /** @throws SluiceError and then this lane fails with it; others on the same stream go on. */
  frame(frame: TopicFrame): void;
  changed(connection: Connection): void;
  /** The lane ended, or failed for good, which may be the lane's own affair. */
  over(error: SluiceError | undefined): void;
  /**
   * Where it is given, frames wait until what it returns resolves. A lane that can be held back needs a stream of its own, as
   * others would wait with it.
   */
  ready?(): Promise<void> | undefined;
}

/** One subscription's share of an event stream: all of it, or a numbered part. */
export interface Lane {
  /** Asks for frames from the position reached, at once if the server hasn't asked to wait. Those at hand go on until new ones come. */
  open(): void;
  /** Like `open`, if there is nothing open or under way. */
  nudge(): void;
  close(): void;
}
