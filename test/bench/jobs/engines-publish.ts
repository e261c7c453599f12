import type { Bench, Job } from "./job.ts";

interface Case {
  readonly topics: number;
  readonly inFlight: number;
  readonly hasKeys?: boolean;
}

const cases: readonly Case[] = [
  { topics: 1, inFlight: 1 },
  { topics: 1, inFlight: 64 },
  { topics: 100, inFlight: 64 },
  { topics: 1_000, inFlight: 1 },
  { topics: 1_000, inFlight: 64 },
  { topics: 1, inFlight: 64, hasKeys: true },
  { topics: 1_000, inFlight: 64, hasKeys: true },
];

/** Appends to a log, beside the barest thing that its store can do. Topics are full: with each event another one is dropped. */
const enginePublish = (engine: "SQLite" | "Redis", { topics, inFlight, hasKeys = false }: Case): Job => {
  const isRedis = engine === "Redis";
  const group = "engines-publish";
  const name = `${group}-${engine.toLowerCase()}-${topics}x${inFlight}${hasKeys ? "-keys" : ""}`;
  const bare = isRedis ? "pipelined XADD" : "grouped INSERT";
  const number = topics.toLocaleString("en");
  const keys = hasKeys ? ", with keys" : "";
  const title = `${engine}, ${number} ${topics === 1 ? "topic" : "topics"}, ${inFlight} in flight${keys} (baseline: ${bare})`;
  const kind = (what: string, unit: string) => ({ name: `${name}-${what}`, title: `${title}: ${what}`, unit });
  return {
    ...kind("node", "µs of CPU each"),
    group,
    also: [...(isRedis ? [kind("server", "µs of CPU each")] : []), kind("time", "µs each")],
    targets: isRedis ? ["xadd", "redis"] : ["insert", "sqlite"],
    hasStore: true,
    serving: (_quick, _variant, store) => {
      if (!store) throw new Error("There is no store.");
      return { kind: "log", store, topics, hasKeys };
    },
    async sample({ server, redis, quick, cpu }: Bench) {
      const events = quick ? 1_000 : inFlight === 1 ? 20_000 : 100_000;
      await server.call("publish", { events, inFlight });
      await server.call("collect");
      const before = isRedis ? await redis?.cpu() : undefined;
      let took = 0;
      const used = await cpu(async () => {
        took = await server.call("publish", { events, inFlight });
      });
      const own = before === undefined ? [] : [((await redis?.cpu()) ?? 0) - before];
      return [used, ...own, took * 1_000].map((figure) => figure / events);
    },
  };
};

export const enginePublishes: readonly Job[] = (["SQLite", "Redis"] as const).flatMap((engine) =>
  cases.map((each) => enginePublish(engine, each)),
);
