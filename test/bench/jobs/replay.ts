import type { Job } from "./job.ts";

const missed = (quick: boolean) => (quick ? 1_000 : 10_000);

/** One client after the other comes back and is sent what it missed. */
export const replay: Job = {
  name: "replay",
  title: "replay of 10,000 missed events",
  unit: "µs per event",
  targets: ["baseline", "sluice", "better-sse", "trpc", "orpc"],
  serving: (quick) => ({ kind: "replay", events: missed(quick) }),
  async sample({ server, load, quick, cpu }) {
    const events = missed(quick);
    await load.call("replays", { events, duration: quick ? { least: 2, ms: 100 } : { least: 8, ms: 1_000 } });
    await server.call("collect");
    let clients = 0;
    const used = await cpu(async () => {
      clients = await load.call("replays", {
        events,
        duration: quick ? { least: 2, ms: 200 } : { least: 5, ms: 1_500 },
      });
    });
    return used / (clients * events);
  },
};
