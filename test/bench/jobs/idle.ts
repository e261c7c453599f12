import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "./job.ts";

/** What the process grows by, with all code loaded and warm before. */
export const idle: Job = {
  name: "idle",
  title: "10,000 idle connections, memory",
  unit: "KiB RSS each",
  targets: ["baseline", "express", "sluice", "sluice-express", "better-sse", "orpc", "trpc"],
  serving: () => ({ kind: "live" }),
  async sample({ server, load, quick }) {
    const count = quick ? 1_000 : 10_000;
    await load.call("open", { count: 500 });
    await load.call("closeAll");
    await sleep(300);
    const before = await server.call("resident");
    await load.call("open", { count });
    await sleep(quick ? 300 : 1_000);
    return ((await server.call("resident")) - before) / 1_024 / count;
  },
};
