import type { CarriedLane } from "./carried-lane.js";

/** What the server said, for all carriers. */
export interface Terms {
  isOffered: boolean;
  /** Most lanes of a stream. */
  most: number;
  /** Longest input of a lane, in characters of JSON. A longer one has a stream of its own. */
  longest: number;
}

/** What counts as long once a body was too long. */
export const longInput = 4_096;

export const isLong = (text: string | undefined, { longest }: Terms): boolean =>
  text !== undefined && text.length > longest;

export interface CarrierSink {
  /** The lane needs a stream of its own. */
  alone(lane: CarriedLane, isGenerator: boolean): void;
  /** The server takes fewer lanes on a stream: another carrier must carry this one. */
  moved(lane: CarriedLane): void;
}
