import type { CarriedLane } from "./carried-lane.js";

/** What the server said, for all carriers. */
export interface Terms {
  isOffered: boolean;
  /** Most lanes of a stream. */
  most: number;
}

export interface CarrierSink {
  /** The lane needs a stream of its own. */
  alone(lane: CarriedLane, isGenerator: boolean): void;
  /** The server takes fewer lanes on a stream: another carrier must carry this one. */
  moved(lane: CarriedLane): void;
}
