import { createPublisher, type Log, LogError, type Publisher } from "@sluice/server";
import { openRedisHarness } from "../../../packages/redis/src/redis-harness.test-kit.js";
import { newFolder } from "../../../packages/sqlite/src/harness.test-kit.js";
import { type FaultyProxy, startProxy } from "../../faults/proxy.js";
import { RedisServer } from "../../support/redis-server.js";
import { contract } from "../contract.js";
import { engineOptions } from "./engine-options.js";
import { ModelProcess, type Site } from "./model-process.js";
import { openEngine } from "./open-engine.js";
import { sightedLog } from "./sighted-log.js";
import type { Sightings } from "./sightings.js";

/** The time of Redis runs as fast as that of servers and clients: see `scaledClock`. */
const tick = { every: 50, by: 950 };

interface EngineParts {
  /** The log as this process has it, over a connection that no fault breaks. */
  readonly log: Log;
  readonly places: readonly ModelProcess[];
  readonly redis?: RedisServer;
  /** Loses a topic's newest entries. */
  lose?(topic: string, count: number): Promise<void>;
  close(): Promise<void>;
}

export interface Parts extends EngineParts {
  readonly proxy: FaultyProxy;
  /** Publishes in this process. */
  readonly worker: Publisher;
}

export interface PartsOptions {
  /** The port of the server to which a connection goes. */
  readonly portOf: () => number;
  readonly onError: (report: { readonly error: unknown; readonly path: string }) => void;
}

/** One of the harness's connections isn't there yet: nothing has happened. */
async function isAway(error: unknown): Promise<false> {
  if (!LogError.is(error)) throw error;
  await new Promise((resolve) => setTimeout(resolve, 5));
  return false;
}

const twice = <T>(start: () => Promise<T>) => Promise.all([start(), start()]);

/** Starts an engine, two servers in processes of their own, and the network between them and their clients. */
export async function openParts(site: Site, sightings: Sightings, { portOf, onError }: PartsOptions): Promise<Parts> {
  const engine = await (site.engine === "Redis" ? openRedis(site) : openFile(site));
  const proxy = await startProxy(portOf);
  const log = sightedLog(engine.log, (line) => sightings.tell(line));
  const worker = createPublisher(contract, { log, snapshotEvery: 5, onError });
  return {
    ...engine,
    proxy,
    worker,
    async close() {
      await proxy.close();
      await Promise.all(engine.places.map((place) => place.leave()));
      await engine.close();
    },
  };
}

async function openRedis(site: Site): Promise<EngineParts> {
  const prefix = `model-${site.seed}`;
  // A write that was answered has gone to the file before, so it survives the end of the process.
  const redis = await RedisServer.start("--appendonly", "yes", "--appendfsync", "no");
  const harness = await openRedisHarness({ url: redis.url, prefix, clock: "running" }, engineOptions);
  const places = await twice(() => ModelProcess.onRedis(site, { port: redis.port, prefix }));
  const ticking = setInterval(() => {
    redis.command("INCRBY", `${prefix}:shift`, `${tick.by}`).catch(() => {});
  }, tick.every);
  return {
    log: harness.peer,
    places,
    redis,
    async lose(topic, count) {
      for (let isDone = false; !isDone; ) isDone = await harness.failover(topic, count).then(() => true, isAway);
    },
    async close() {
      clearInterval(ticking);
      await harness.close();
      await redis.stop();
    },
  };
}

async function openFile(site: Site): Promise<EngineParts> {
  const { file, remove } = newFolder();
  const { log } = openEngine({ kind: "sqlite", file });
  return {
    log,
    places: await twice(() => ModelProcess.onFile(site, file)),
    async close() {
      await log.close?.();
      remove();
    },
  };
}
