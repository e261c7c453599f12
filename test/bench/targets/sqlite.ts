import { join } from "node:path";
import { sqliteLog } from "@sluice/sqlite";
import Database from "libsql";
import { limits, logService } from "../measure/log-service.ts";
import type { Store, Target } from "../measure/service.ts";

export const openSqlite = ({ folder }: Store, options = {}) =>
  sqliteLog({ database: new Database(join(folder, "log.db")), ...options });

export const target: Target = {
  log: (options) => logService(openSqlite(options.store, limits), options),
};
