import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { missingRedisServer, RedisServer } from "../support/redis-server.ts";
import type { Store } from "./open-log.ts";

export interface StartedStore {
  readonly store: Store;
  stop(): Promise<void>;
}

/** The engines that processes share, each with what a machine may lack for it. */
export const stores: readonly {
  readonly name: string;
  readonly missing: string | undefined;
  start(): Promise<StartedStore>;
}[] = [
  {
    name: "one Redis",
    missing: missingRedisServer,
    async start() {
      const redis = await RedisServer.start();
      return { store: { url: redis.url }, stop: () => redis.stop() };
    },
  },
  {
    name: "one SQLite file",
    missing: undefined,
    async start() {
      const folder = mkdtempSync(join(tmpdir(), "sluice-fleet-"));
      return {
        store: { file: join(folder, "log.db") },
        stop: async () => rmSync(folder, { recursive: true, force: true }),
      };
    },
  },
];
