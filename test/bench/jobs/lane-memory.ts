import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Job } from "./job.ts";

/** What the process grows by for streams, with all code loaded and warm before. */
async function grown({ server, load, quick }: Bench, count: number): Promise<number> {
  await load.call("open", { count: 100 });
  await load.call("closeAll");
  await sleep(300);
  const before = await server.call("resident");
  await load.call("open", { count });
  await sleep(quick ? 300 : 1_000);
  return ((await server.call("resident")) - before) / 1_024;
}

const lanes = 100;

/** Streams of many lanes, so that the stream itself hardly counts. */
export const laneMemory: Job = {
  name: "lane-memory",
  title: `idle lanes, ${lanes} on each of 1,000 streams, memory`,
  unit: "KiB RSS per lane",
  targets: ["corked-lanes", "sluice-lanes"],
  serving: () => ({ kind: "lanes", lanes }),
  async sample(bench) {
    const count = bench.quick ? 100 : 1_000;
    return (await grown(bench, count)) / count / lanes;
  },
};

/** An idle multiplexed stream, with one lane. */
export const streamMemory: Job = {
  name: "stream-memory",
  title: "5,000 idle multiplexed streams of one lane, memory",
  unit: "KiB RSS each",
  targets: ["corked-lanes", "sluice", "sluice-lanes"],
  serving: () => ({ kind: "lanes", lanes: 1 }),
  async sample(bench) {
    const count = bench.quick ? 500 : 5_000;
    return (await grown(bench, count)) / count;
  },
};
