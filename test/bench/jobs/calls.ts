import type { Job } from "./job.ts";

/** Input and output validated, over connections that are kept alive. On Express compare with Express, else with the baseline. */
export const calls: Job = {
  name: "calls",
  title: "a validated mutation over keep-alive",
  unit: "µs each",
  targets: ["baseline", "express", "sluice", "sluice-express", "hono", "orpc", "trpc"],
  serving: () => ({ kind: "call" }),
  async sample({ server, load, quick, cpu }) {
    const connections = 16;
    await load.call("calls", { connections, calls: quick ? 1_000 : 20_000 });
    await server.call("collect");
    const calls = quick ? 1_000 : 20_000;
    return (await cpu(() => load.call("calls", { connections, calls }))) / calls;
  },
};
