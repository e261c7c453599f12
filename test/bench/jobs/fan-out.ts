import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Job } from "./job.ts";

/** A number of events per turn of the event loop. The next turn begins when every subscriber has all of them. */
export const fanOut = (events: number): Job => ({
  name: events === 1 ? "fan-out" : `fan-out-${events}`,
  title: `fan-out to 1,000 subscribers, ${events === 1 ? "an event" : `${events} events`} per turn`,
  unit: "µs per delivery",
  targets: ["baseline", "socket-write", "sluice", "sluice-express", "sluice-fetch", "better-sse", "orpc", "trpc"],
  serving: () => ({ kind: "live" }),
  sample: (bench) => sampleTurns(bench, events),
});

/** CPU per delivery to many streams, with so many events in each turn. */
export async function sampleTurns({ server, load, quick, cpu }: Bench, events: number): Promise<number> {
  const count = quick ? 100 : 1_000;
  await load.call("open", { count });
  await sleep(300); // a generator begins to listen some time after its stream was opened
  const warmUp = quick ? { least: 5, ms: 200 } : { least: Math.ceil(20 / events), ms: 1_500 };
  await load.call("turns", { events, duration: warmUp });
  await server.call("collect");
  let turns = 0;
  const used = await cpu(async () => {
    turns = await load.call("turns", {
      events,
      duration: quick ? { least: 5, ms: 200 } : { least: Math.ceil(10 / events), ms: 2_000 },
    });
  });
  return used / (turns * events * count);
}
