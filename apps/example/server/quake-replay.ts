import { setTimeout as sleep } from "node:timers/promises";
import type { GetTopic } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { Quake } from "../shared/newswire.ts";
import { attempt } from "./attempt.ts";
import { readQuakes } from "./data.ts";
import type { Turn } from "./on-one-server.ts";
import { lastNumber, type OwnClient } from "./own-client.ts";

/** The speed compared with history: a week takes less than six minutes. */
const speed = 1_800;
/** Number of reports that exist at the start. */
const initialReports = 120;
/** Maximum pause, in milliseconds. */
const maxPause = 2_000;

const week = readQuakes();
const quakeAt = (seq: number) => ({ ...week[(seq - 1) % week.length], seq }) as Quake;

const report = (topic: GetTopic, quakes: readonly Quake[], idempotencyKey?: string) =>
  topic(contract.newswire.quakes, {}).publish(
    quakes.map((data) => ({ type: "quake", data })),
    { idempotencyKey },
  );

const lastReport = ({ newswire }: OwnClient) => lastNumber((handlers) => newswire.quakes.subscribe({}, handlers));

/** Publishes the first reports, unless the log has some. */
export async function setUpQuakes(topic: GetTopic, client: OwnClient): Promise<void> {
  if ((await lastReport(client)) !== undefined) return;
  const first = Array.from({ length: initialReports }, (_, index) => quakeAt(index + 1));
  await report(topic, first, "set-up");
}

/** Publishes a week of reports at their original intervals, in a loop, from where the log ends, until the turn is over. */
export async function replayQuakes(topic: GetTopic, client: OwnClient, turn: Turn): Promise<void> {
  const last = (await lastReport(client)) ?? 0;
  for (let seq = last + 1; !turn.aborted; seq++) {
    const pause = seq === 1 ? 0 : (quakeAt(seq).at.getTime() - quakeAt(seq - 1).at.getTime()) / speed;
    // `ref: false`: the timer alone doesn't keep the process alive.
    await sleep(Math.max(0, Math.min(pause, maxPause)), undefined, { ref: false });
    while (!turn.aborted && !(await attempt(() => report(topic, [quakeAt(seq)]))))
      await sleep(maxPause, undefined, { ref: false });
  }
}
