import type { Attempt, AttemptSink } from "../attempt.js";
import type { LaneRequest } from "../transport.js";

/** An attempt of a lane that shares a stream with others. */
export interface CarriedLane {
  readonly request: LaneRequest;
  readonly sink: AttemptSink;
  /** What carries it. */
  carrier?: { remove(lane: CarriedLane): void };
  /** The stream whose frames it gets. None: it has not opened, or the stream was given up for the one it is asked for on. */
  from?: LanesStream | undefined;
  /** The last stream that it was asked for on. None: it waits to be asked for. */
  at?: LanesStream | undefined;
  /** Its `$open` said that the server acts on its leaving. */
  isAttended?: boolean;
  /** Its own stream, if the server doesn't serve it on one with others. */
  alone?: Attempt;
  isClosed?: boolean;
}

/** One event stream with the lanes that it was opened with. */
export interface LanesStream {
  /** Lanes without `$open`, and the cursors that they were asked for with. */
  readonly pending: Map<CarriedLane, string | undefined>;
  readonly open: Set<CarriedLane>;
  /** The server has answered with a stream: it has one of the browser's connections. */
  isAnswered: boolean;
  /** Bytes that came for lanes that have left, roughly. */
  wasted: number;
  /** Makes the watchdog check now. */
  check(): void;
  close(): void;
}

/** What a lane costs to open again, in bytes, roughly. */
export const openingCost = 250;

/** To open the others again costs less than what has come for lanes that have left. */
export const isWasteful = (stream: LanesStream | undefined): boolean =>
  stream !== undefined && stream.wasted > openingCost * stream.open.size;

/** An open lane without a cursor can't be left: what is on its way would be lost. PROTOCOL §5.10. */
export const canLeave = (lanes: Iterable<CarriedLane>): boolean =>
  [...lanes].every(({ from, request }) => !from || request.resume.cursor !== undefined);

/** Takes a stream from its lanes. They are on the one before, or wait. */
export function detach(stream: LanesStream): CarriedLane[] {
  const lanes = [...stream.open, ...stream.pending.keys()];
  for (const lane of lanes) {
    if (lane.from === stream) lane.from = undefined;
    if (lane.at === stream) lane.at = lane.from;
  }
  return lanes;
}
