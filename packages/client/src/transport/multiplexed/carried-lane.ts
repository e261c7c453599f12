import type { Attempt, AttemptSink } from "../attempt.js";
import type { LaneRequest } from "../transport.js";

/** An attempt of a lane that shares a stream with others. */
export interface CarriedLane {
  readonly request: LaneRequest;
  readonly sink: AttemptSink;
  /** What has it. */
  carrier: { remove(lane: CarriedLane): void } | undefined;
  /** The stream whose frames it gets. None: it has not opened, or the stream was given up for the one it is asked for on. */
  from: LanesStream | undefined;
  /** The last stream that it was asked for on. None: it waits to be asked for. */
  at: LanesStream | undefined;
  /** Its `$open` said that the server acts on its leaving. */
  isAttended: boolean;
  /** Its own stream, if the server doesn't serve it on one with others. */
  alone: Attempt | undefined;
  isClosed: boolean;
}

/** One event stream with the lanes that it was opened with. */
export interface LanesStream {
  /** Lanes without `$open`, and the cursors that they were asked for with. */
  readonly pending: Map<CarriedLane, string | undefined>;
  readonly open: Set<CarriedLane>;
  /** The server has answered with a stream: it has one of the browser's connections. */
  readonly isAnswered: boolean;
  /** Bytes that came for lanes that have left, roughly. */
  wasted: number;
  /** Makes the watchdog check now. */
  check(): void;
  close(): void;
}
