import type { Job } from "./job.ts";

const yielded = (quick: boolean) => (quick ? 200 : 2_000);
const count = 100;

/** Every stream runs a generator of its own; each event is validated. */
export const generators: Job = {
  name: "generators",
  title: "100 generators of 2,000 validated events",
  unit: "µs per event",
  targets: ["baseline", "sluice", "hono", "trpc", "orpc"],
  serving: (quick) => ({ kind: "generate", events: yielded(quick) }),
  async sample({ server, load, quick, cpu }) {
    const events = yielded(quick);
    await load.call("generators", { count: 20, events });
    await server.call("collect");
    const used = await cpu(() => load.call("generators", { count, events }));
    return used / (count * events);
  },
};
