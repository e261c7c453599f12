import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "./job.ts";

const lanes = 50;

/** All clients come back at once, as after a restart, each with its cursors. */
export const herd: Job = {
  name: "herd",
  title: `1,000 clients come back at once, ${lanes} lanes each`,
  unit: "µs per lane",
  targets: ["corked-lanes", "sluice-lanes"],
  serving: () => ({ kind: "lanes", lanes, resumes: true }),
  async sample({ server, load, quick, cpu }) {
    const count = quick ? 50 : 1_000;
    await load.call("open", { count, atOnce: count });
    await load.call("closeAll");
    await sleep(300);
    await server.call("collect");
    return (await cpu(() => load.call("open", { count, atOnce: count }))) / count / lanes;
  },
};
