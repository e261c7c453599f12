import { encodeFrame } from "@sluice/contract/wire";
import type { OpenLane } from "../stream/lane.js";
import type { Admission } from "./admission.js";

/** Tells all clients that read the log whether it can be reached. PROTOCOL §5.12. */
export function tellStore({ streams }: Pick<Admission, "streams">, isUp: boolean): void {
  const frame = encodeFrame({ kind: "store", up: isUp });
  for (const stream of [...streams]) if ([...stream.lanes.open].some(readsLog)) stream.write(frame);
}

/** A generator's own events need no log. */
const readsLog = ({ source }: OpenLane): boolean => source.laneNumber !== undefined;
