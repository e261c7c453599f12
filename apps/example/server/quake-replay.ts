import { setTimeout as sleep } from "node:timers/promises";
import type { GetTopic } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { Quake } from "../shared/newswire.ts";
import { readQuakes } from "./data.ts";

/** The speed compared with history: a week takes less than six minutes. */
const speed = 1_800;
/** Number of reports that exist at the start. */
const initialReports = 120;
/** Maximum pause, in milliseconds. */
const maxPause = 2_000;

/** Publishes a week of reports at their original intervals, in a loop, until the signal aborts. */
export async function replayQuakes(topic: GetTopic, signal: AbortSignal): Promise<void> {
  const week = readQuakes();
  const quakeAt = (seq: number) => ({ ...week[(seq - 1) % week.length], seq }) as Quake;
  const report = (quakes: readonly Quake[]) =>
    topic(contract.newswire.quakes, {}).publish(quakes.map((data) => ({ type: "quake", data })));

  await report(Array.from({ length: initialReports }, (_, index) => quakeAt(index + 1)));
  for (let seq = initialReports + 1; !signal.aborted; seq++) {
    const pause = (quakeAt(seq).at.getTime() - quakeAt(seq - 1).at.getTime()) / speed;
    // `ref: false`: the timer alone doesn't keep the process alive.
    await sleep(Math.max(0, Math.min(pause, maxPause)), undefined, { ref: false });
    if (!signal.aborted) await report([quakeAt(seq)]);
  }
}
