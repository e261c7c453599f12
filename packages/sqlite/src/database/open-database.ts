import { prepare, type SqliteDatabase } from "./database.js";
import { isBusy, messageOf } from "./errors.js";
import { inTransaction } from "./in-transaction.js";
import { schema, schemaVersion } from "./schema.js";

interface NodeSqlite {
  readonly DatabaseSync: new (file: string) => SqliteDatabase;
}

/** Milliseconds for which the opening waits for others that open the same file. */
const patience = 5_000;
/** Milliseconds between two attempts to set a file up, at most. */
const longestPause = 10;

/** Opens a file with the module that Node brings. */
export function openFile(file: string): SqliteDatabase {
  const node = process as { getBuiltinModule?(name: string): unknown };
  const sqlite = node.getBuiltinModule?.("node:sqlite") as NodeSqlite | undefined;
  if (!sqlite) {
    throw new Error(
      `sqliteLog: file needs node:sqlite, which Node has from 22.13 on; this is ${process.version}. Open the file with libsql ` +
        '(installs without a compiler) or better-sqlite3@12, and give it as database: sqliteLog({ database: new Database("app.db") }).',
    );
  }
  try {
    return new sqlite.DatabaseSync(file);
  } catch (error) {
    throw new Error(`sqliteLog: ${file} can't be opened: ${messageOf(error)}. Its folder must exist.`, {
      cause: error,
    });
  }
}

/** Brings the tables into the database, and sets the connection up. It waits for others, until `stopWaiting`. */
export function setUp(database: SqliteDatabase, synchronous: "normal" | "full"): void {
  const end = performance.now() + patience;
  for (;;) {
    const left = Math.ceil(end - performance.now());
    try {
      setUpAtOnce(database, synchronous, Math.max(left, 1));
      return;
    } catch (error) {
      // SQLite doesn't wait for who is about to write to a file that is not in WAL mode yet: it fails at once.
      if (!isBusy(error) || left <= 0) throw error;
    }
    pause(1 + Math.random() * (longestPause - 1));
  }
}

function setUpAtOnce(database: SqliteDatabase, synchronous: "normal" | "full", busyTimeout: number): void {
  // Before the first table, or they have no effect. What is written of many topics at once has fewer pages if they are larger.
  database.exec(`PRAGMA busy_timeout = ${busyTimeout}; PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL`);
  const mode = prepare(database, "PRAGMA journal_mode = WAL").all()[0]?.["journal_mode"];
  if (mode !== "wal") throw new Error(`its journal mode is ${mode}, and WAL is needed`);
  database.exec(`PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = 67108864`);
  inTransaction(database, () => {
    database.exec(schema);
    checkVersion(database);
  });
}

/** The opening is synchronous, so its waiting is, too. */
const pause = (ms: number): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

/** The error of a file or database that can't be used. */
export const unusable = (name: string, error: unknown): Error =>
  new Error(`sqliteLog: ${name} can't be used: ${messageOf(error)}.`, { cause: error });

/** From now on, a busy file is tried again by a timer: SQLite would wait in the event loop's stead. */
export const stopWaiting = (database: SqliteDatabase): void => void database.exec("PRAGMA busy_timeout = 0");

function checkVersion(database: SqliteDatabase): void {
  prepare(database, "INSERT OR IGNORE INTO sluice_meta VALUES ('version', ?)").run(schemaVersion);
  const version = prepare(database, "SELECT value FROM sluice_meta WHERE key = 'version'").all()[0]?.["value"];
  if (version === schemaVersion) return;
  throw new Error(
    `its tables are of version ${version}, and this @sluice/sqlite knows version ${schemaVersion}. Open it with the @sluice/sqlite that ` +
      "made it, or begin with another file: a log's history can't be carried over",
  );
}
