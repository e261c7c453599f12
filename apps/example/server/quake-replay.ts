import { setTimeout as sleep } from "node:timers/promises";
import type { Publish } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { Quake } from "../shared/newswire.ts";
import { readQuakes } from "./data.ts";

/** How much faster than in history: a week takes less than six minutes. */
const speed = 1_800;
/** Reports that are there from the start. */
const past = 120;
/** Longest silence, in milliseconds. */
const longestPause = 2_000;

/** Publishes a week of reports in the rhythm in which they came, over and over, until the signal aborts. */
export async function replayQuakes(publish: Publish, signal: AbortSignal): Promise<void> {
  const week = readQuakes();
  const quakeAt = (seq: number) => ({ ...week[(seq - 1) % week.length], seq }) as Quake;
  const report = (quakes: readonly Quake[]) =>
    publish(
      contract.newswire.quakes,
      {},
      quakes.map((data) => ({ type: "quake", data })),
    );

  await report(Array.from({ length: past }, (_, index) => quakeAt(index + 1)));
  for (let seq = past + 1; !signal.aborted; seq++) {
    const pause = (quakeAt(seq).at.getTime() - quakeAt(seq - 1).at.getTime()) / speed;
    // Without `ref` it doesn't keep a process that has nothing else to do.
    await sleep(Math.max(0, Math.min(pause, longestPause)), undefined, { ref: false });
    if (!signal.aborted) await report([quakeAt(seq)]);
  }
}
