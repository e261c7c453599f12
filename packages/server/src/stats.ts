import type { Admission } from "./admission/admission.js";
import type { Counters } from "./topic/counters.js";
import type { Hub } from "./topic/hub.js";
import type { Snapshots } from "./topic/snapshots.js";

/** How a Sluice is doing. */
export interface Stats {
  /** Open streams. */
  readonly connections: number;
  /** Topics that somebody follows here. */
  readonly topics: number;
  /** Streams whose socket is full: they lag, and read the log forward when it drains. */
  readonly lagging: number;
  /** Bytes of snapshots that sockets have yet to take. */
  readonly snapshotBytes: number;
  /** Events published by this process since it started, as are all that follow. */
  readonly published: number;
  /** Events of logs handed to streams. */
  readonly delivered: number;
  /** Bytes of events of logs handed to streams. */
  readonly bytes: number;
  /** Gaps that subscribers were told of. */
  readonly resets: number;
  /** Streams that went on from a cursor. */
  readonly resumes: number;
  /** Streams that are over. */
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
  let lagging = 0;
  for (const { full } of streams) if (full) lagging++;
  return { connections: streams.size, topics: hub.size, lagging, snapshotBytes: snapshots.size, ...counters };
}
