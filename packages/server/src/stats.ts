import type { Admission } from "./admission/admission.js";
import type { Counters } from "./topic/counters.js";
import type { Hub } from "./topic/hub.js";
import type { Snapshots } from "./topic/snapshots.js";

/** Counters of a running Sluice. */
export interface Stats {
  /** Open streams. */
  readonly streams: number;
  /** Open subscriptions: one on each stream, or several on a multiplexed one. */
  readonly subscriptions: number;
  /** Topics with subscribers in this process. */
  readonly topics: number;
  /** Streams whose socket is full. They read on from the log when it drains. */
  readonly lagging: number;
  /** Bytes of snapshots that sockets have not taken yet. */
  readonly snapshotBytes: number;
  /** Events published by this process. This and the counters below count since its start. */
  readonly published: number;
  /** Events from logs that were handed to streams. */
  readonly delivered: number;
  /** Bytes of events from logs that were handed to streams. */
  readonly bytes: number;
  /** Gaps that were reported to subscribers. */
  readonly resets: number;
  /** Subscriptions that resumed from a cursor. */
  readonly resumes: number;
  /** Streams that have ended. */
  readonly disconnects: number;
}

interface StatsParts {
  readonly admission: Admission;
  readonly hub: Hub;
  readonly snapshots: Snapshots;
  readonly counters: Counters;
}

export function statsOf({ admission, hub, snapshots, counters }: StatsParts): Stats {
  const { streams } = admission;
  let [subscriptions, lagging] = [0, 0];
  for (const { full, lanes } of streams) {
    subscriptions += lanes.size;
    if (full) lagging++;
  }
  return {
    streams: streams.size,
    subscriptions,
    topics: hub.size,
    lagging,
    snapshotBytes: snapshots.size,
    ...counters,
  };
}
