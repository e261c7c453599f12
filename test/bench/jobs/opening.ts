import { setTimeout as sleep } from "node:timers/promises";
import type { Job } from "./job.ts";

/** From accepting the connection to the head of the stream, and whatever the library does after that. */
export const opening: Job = {
  name: "opening",
  title: "opening a connection",
  unit: "µs each",
  targets: ["baseline", "express", "sluice", "sluice-express", "better-sse", "orpc", "trpc"],
  serving: () => ({ kind: "live" }),
  async sample({ server, load, quick, cpu }) {
    const count = quick ? 500 : 2_000;
    for (let warmUp = 0; warmUp < 3; warmUp++) {
      await load.call("open", { count });
      await load.call("closeAll");
      await sleep(300);
    }
    await server.call("collect");
    return (await cpu(() => load.call("open", { count }))) / count;
  },
};
