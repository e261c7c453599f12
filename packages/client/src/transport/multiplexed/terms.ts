import type { SluiceError } from "@sluice/contract";
import type { LaneAttempt } from "../event-stream.js";

/** Which lanes the server serves on shared streams, as far as it has said so. PROTOCOL §10.1. */
export interface Terms {
  /** Most lanes of a stream. */
  readonly most: number;
  /** Whether the lane needs a stream of its own. */
  needsOwn(lane: LaneAttempt): boolean;
  /** It is a plain generator's. */
  refuse(lane: LaneAttempt): void;
  /** A stream with these lanes has failed. True: with other terms, they can be opened at once. */
  learn(error: SluiceError | undefined, lanes: readonly LaneAttempt[]): boolean;
}

/** What counts as a long input once a body was too long, in characters of JSON. */
const longInput = 4_096;

export function createTerms(isOffered: boolean): Terms {
  const generators = new Set<string>();
  let most = Number.POSITIVE_INFINITY;
  /** Longest input, in characters of JSON. -1: the server doesn't offer multiplexing. */
  let longest = isOffered ? Number.POSITIVE_INFINITY : -1;

  const lengthOf = ({ request }: LaneAttempt): number => request.target.text?.length ?? 0;
  const pathOf = ({ request }: LaneAttempt): string => request.target.procedure.path;
  // A reader that holds frames back would hold back those of others.
  const needsOwn = (lane: LaneAttempt): boolean =>
    lane.sink.ready !== undefined || lengthOf(lane) > longest || generators.has(pathOf(lane));

  return {
    get most() {
      return most;
    },
    needsOwn,
    refuse: (lane) => void generators.add(pathOf(lane)),
    learn(error, lanes) {
      const [first] = lanes;
      const status = error?.status;
      if (status === 404 || status === 405) {
        longest = -1;
      } else if (status === 413 && first) {
        const { maxSubscriptions: told } = (error?.data ?? {}) as { maxSubscriptions?: unknown };
        if (typeof told === "number" && told > 0 && told < lanes.length) {
          most = told;
        } else {
          longest = lanes.length > 1 ? Math.min(longest, longInput) : lengthOf(first) - 1;
          // Without the long ones, the others may fit.
          if (!lanes.some(needsOwn)) most = lanes.length >> 1;
        }
      } else {
        return false;
      }
      return true;
    },
  };
}
