import type { Log } from "@sluice/log";
import { openFile, setUp, stopWaiting, unusable } from "./database/open-database.js";
import { openEngine } from "./engine.js";
import { FileLog } from "./file-log.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import { resolveOptions, type SqliteLogOptions } from "./options.js";
import { Sweep } from "./sweep.js";

/** Milliseconds between looks at the file, for what the bell has missed. */
const pollEvery = 250;
const beatEvery = 10_000;
const sweepEvery = 5_000;
const sweepSoon = 500;
const sweepAtOnce = 50;

/**
 * A log in an SQLite file: history, snapshots, idempotency keys, records and leases outlive the process, and several processes of
 * one machine can share the file. What was acknowledged survives `kill -9`; see `synchronous` for power cuts. Not for network
 * file systems.
 *
 * Opens the file at once, and waits up to 5 seconds if others open it at the same time. After that it never waits: while another
 * process writes, calls try again by a timer (`busyTimeout`). Appends of one turn of the event loop are one transaction, of at most 256.
 * Its timers and its socket (a datagram socket on the loopback address, by which processes wake each other up) don't keep the
 * process alive.
 *
 * @throws TypeError or RangeError if an option is not allowed, and Error if the file can't be opened, can't be written to, is not an
 * SQLite file or has tables of another version, or if `file` is given on a Node without `node:sqlite`. The message says which.
 *
 * @example
 * ```ts
 * const log = sqliteLog({ file: "data/app.db", retain: { age: 7 * 24 * 3_600_000 } });
 * const sluice = createSluice(router, { log });
 * ```
 * @example
 * ```ts
 * import Database from "libsql"; // on Node 20
 * const log = sqliteLog({ database: new Database("data/app.db") });
 * ```
 */
export const sqliteLog = (options: SqliteLogOptions): Log => openSqliteLog(options);

/** @param journal How much the journal holds. */
export function openSqliteLog(options: SqliteLogOptions, journal: JournalLimits = journalLimits): Log {
  const settings = resolveOptions(options);
  const { file: path } = options;
  const database = options.database ?? openFile(path as string);
  try {
    setUp(database, settings.synchronous);
    const file = new FileLog(database, settings, journal);
    stopWaiting(database);
    const stopTimers = startTimers(file, new Sweep(file, database));
    let closing: Promise<void> | undefined;
    const end = async () => {
      stopTimers();
      await file.close();
      if (path !== undefined) database.close();
    };
    return openEngine(file, () => (closing ??= end()));
  } catch (error) {
    if (path !== undefined) database.close();
    throw unusable(path ?? "the database", error);
  }
}

/** None of them keeps the process alive. */
function startTimers(file: FileLog, sweep: Sweep): () => void {
  const poll = setInterval(() => {
    file.lookAtPath();
    file.poll();
  }, pollEvery);
  const beat = setInterval(() => void file.beat().catch(() => {}), beatEvery);
  let next: NodeJS.Timeout;
  const sweepIn = (ms: number) => {
    next = setTimeout(async () => {
      const more = await sweep.step().catch(() => undefined);
      if (!isStopped) sweepIn(more === "at once" ? sweepAtOnce : more === "soon" ? sweepSoon : sweepEvery);
    }, ms).unref();
  };
  let isStopped = false;
  sweepIn(sweepEvery);
  poll.unref();
  beat.unref();
  return () => {
    isStopped = true;
    clearInterval(poll);
    clearInterval(beat);
    clearTimeout(next);
  };
}
