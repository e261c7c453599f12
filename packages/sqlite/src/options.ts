import {
  type EngineOptions,
  type EngineSettings,
  engineOptionNames,
  optionChecks,
  resolveEngineOptions,
} from "@sluice/log/engine";
import type { SqliteDatabase } from "./database/database.js";

interface SqliteOptions extends EngineOptions {
  /**
   * What a power cut may take. `"normal"`: the last moments of what was acknowledged; readers who had it are told. `"full"`: nothing,
   * but each turn of the event loop with appends waits for the disk. The end of a process, also by `kill -9`, takes nothing in either
   * case. Default: `"normal"`.
   */
  readonly synchronous?: "normal" | "full";
  /**
   * Milliseconds for which a call tries again while another process writes. After that it rejects with a `LogError`
   * `unavailable`. A whole number of at least 1. Default: `4_000`, which is less than callers wait.
   */
  readonly busyTimeout?: number;
}

/** Options of `sqliteLog`. All numbers are whole, at least 1, or `Infinity` for no limit where the option allows it. */
export type SqliteLogOptions = SqliteOptions &
  (
    | {
        /** The path of the file. It is made if there is none; its folder must exist. Opened with `node:sqlite` (Node ≥ 22.13). */
        readonly file: string;
        readonly database?: undefined;
      }
    | {
        /**
         * An opened database, instead of `file`: of `libsql`, `better-sqlite3`, `node:sqlite` or `bun:sqlite`. It must be the log's alone,
         * because a transaction is of a connection. `close` leaves it open.
         */
        readonly database: SqliteDatabase;
        readonly file?: undefined;
      }
  );

export interface SqliteSettings extends EngineSettings {
  readonly synchronous: "normal" | "full";
  readonly busyTimeout: number;
}

const checks = optionChecks("sqliteLog");
const names = { file: true, database: true, synchronous: true, busyTimeout: true, ...engineOptionNames };

export function resolveOptions(options: SqliteLogOptions): SqliteSettings {
  checks.names("", options, names);
  const { file, database, synchronous = "normal", busyTimeout = 4_000 } = options;
  if ((file === undefined) === (database === undefined)) {
    throw new TypeError("sqliteLog: give it either file, the path of a file, or database, an opened database.");
  }
  if (file !== undefined && (typeof file !== "string" || file === ""))
    checks.fail(TypeError, "file", file, "a path, not empty");
  if (database !== undefined && !isDatabase(database))
    checks.fail(TypeError, "database", database, "an opened database with exec, prepare and close");
  if (synchronous !== "normal" && synchronous !== "full")
    checks.fail(TypeError, "synchronous", synchronous, '"normal" or "full"');
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 1)
    checks.fail(RangeError, "busyTimeout", busyTimeout, "a whole number of milliseconds, at least 1");
  return { ...resolveEngineOptions(options, checks), synchronous, busyTimeout };
}

function isDatabase(given: unknown): given is SqliteDatabase {
  const { exec, prepare, close } = (given ?? {}) as Partial<SqliteDatabase>;
  return [exec, prepare, close].every((method) => typeof method === "function");
}
