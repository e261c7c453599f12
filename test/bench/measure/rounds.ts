import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../../support/child.ts";
import { missingRedisServer, RedisServer } from "../../support/redis-server.ts";
import type { FigureKind, Job } from "../jobs/job.ts";
import type { LoadMethods } from "./load-process.ts";
import type { ServerMethods } from "./server-process.ts";

export interface RoundOptions {
  /** How often every target is measured. */
  readonly pairs: number;
  readonly quick: boolean;
  /** The targets to measure beside the first; all if absent. */
  readonly only?: readonly string[];
  /** Folder for a CPU profile of each sample. */
  readonly profiles?: string;
  readonly onFigure: (name: string, target: string, figure: number) => void;
}

/** One kind of figure: each target's, one for each round. */
export type Figures = ReadonlyMap<string, readonly number[]>;

export interface KindResult {
  readonly kind: FigureKind;
  readonly figures: Figures;
}

/** Measures A B C, A B C, …: a temporary disturbance affects all targets of a round. */
export async function runRounds(
  job: Job,
  { pairs, quick, only, profiles, onFigure }: RoundOptions,
): Promise<KindResult[]> {
  const [baseline, ...others] = job.targets;
  const targets = [baseline, ...others.filter((target) => !only || only.includes(target))];
  const kinds = [job, ...(job.also ?? [])];
  const results = kinds.map((kind) => ({
    kind,
    figures: new Map<string, number[]>(targets.map((name) => [name, []])),
  }));
  for (let round = 0; round < pairs; round++) {
    for (const target of targets) {
      const profile = profiles && `${profiles}/${job.name}.${target}.${round}.cpuprofile`;
      const sampled = await sample(job, target, { quick, profile });
      for (const [index, figure] of (typeof sampled === "number" ? [sampled] : sampled).entries()) {
        results[index]?.figures.get(target)?.push(figure);
        onFigure(kinds[index]?.name ?? job.name, target, figure);
      }
    }
  }
  return results;
}

interface SampleOptions {
  readonly quick: boolean;
  readonly profile: string | undefined;
}

/** The store is on the load's. */
const cores = { server: 0, load: 1 };

/** All processes are new for each sample, so that no heap, compiled code or socket is left from another one. */
async function sample(job: Job, target: string, options: SampleOptions): Promise<number | readonly number[]> {
  if (!job.hasStore) return sampleWith(job, target, options);
  if (missingRedisServer) throw new Error(`${job.name} needs Redis, and ${missingRedisServer}.`);
  const redis = await RedisServer.start("--server_cpulist", String(cores.load));
  const folder = await mkdtemp(join(tmpdir(), "sluice-bench-"));
  try {
    return await sampleWith(job, target, { ...options, redis, folder });
  } finally {
    await Promise.all([redis.stop(), rm(folder, { recursive: true, force: true })]);
  }
}

interface StoreOptions extends SampleOptions {
  readonly redis?: RedisServer;
  readonly folder?: string;
}

async function sampleWith(
  job: Job,
  target: string,
  { quick, profile, redis, folder }: StoreOptions,
): Promise<number | readonly number[]> {
  const serverOn = (core: number) => new Child<ServerMethods>(new URL("server-process.ts", import.meta.url), { core });
  let server = serverOn(cores.server);
  const peer = job.hasPeer ? serverOn(cores.load) : undefined;
  const newLoad = () => new Child<LoadMethods>(new URL("load-process.ts", import.meta.url), { core: cores.load });
  const load = newLoad();
  let otherLoad: Child<LoadMethods> | undefined;
  try {
    const [name, variant = ""] = target.split("@") as [string, string?];
    const store = redis && folder !== undefined ? { redis: redis.url, folder } : undefined;
    const start = { name, serving: job.serving(quick, variant, store) };
    const started = await server.call("start", start);
    await load.call("use", peer ? await peer.call("start", start) : started);
    const cpu = async (run: () => Promise<unknown>): Promise<number> => {
      if (profile) await server.call("startProfile");
      const before = await server.call("cpu");
      await run();
      await sleep(50); // remaining work belongs to the measurement
      const used = (await server.call("cpu")) - before;
      if (profile) await server.call("stopProfile", { file: profile });
      return used;
    };
    const restart = async () => {
      await server.stop();
      server = serverOn(cores.server);
      await server.call("start", { ...start, port: started.port });
      return server;
    };
    const beside = async (other: string) => {
      otherLoad = newLoad();
      await otherLoad.call(
        "use",
        await server.call("start", { name: other, serving: job.serving(quick, "", undefined) }),
      );
      return otherLoad;
    };
    return await job.sample({ restart, beside, server, load, peer, redis, quick, cpu, started });
  } catch (error) {
    throw new Error(`${job.name}, ${target}: ${(error as Error).message}`, { cause: error });
  } finally {
    await Promise.all([server.stop(), load.stop(), otherLoad?.stop(), peer?.stop()]);
  }
}
