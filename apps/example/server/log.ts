import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { redisLog } from "@sluice/redis";
import type { Log } from "@sluice/server";
import { sqliteLog } from "@sluice/sqlite";
import { rootOf } from "./root-of.ts";

/**
 * The log of the example: Redis at `REDIS_URL`, or an SQLite file, so that a server that was killed goes on where it was. `DATA` is the
 * file's path. Default: `apps/example/data/example.db`.
 */
export async function openLog(env: NodeJS.ProcessEnv = process.env): Promise<Log> {
  const url = env["REDIS_URL"];
  if (url) return redisLog({ url });
  const file = env["DATA"] || join(rootOf(), "apps", "example", "data", "example.db");
  mkdirSync(dirname(file), { recursive: true });
  if (process.getBuiltinModule?.("node:sqlite" as never)) return sqliteLog({ file });
  const { default: Database } = await import("libsql"); // Node 20 has no SQLite
  return sqliteLog({ database: new Database(file) });
}
