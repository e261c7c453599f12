import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LogHarness, LogSetupOptions } from "@sluice/log/conformance";
import type { SqliteDatabase, SqliteStatement } from "./database/database.js";
import { type Driver, driver } from "./drivers.test-kit.js";
import { failoverOf } from "./failover.test-kit.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import type { SqliteLogOptions } from "./options.js";
import { openSqliteLog } from "./sqlite-log.js";

/** Of a journal that moves entries all the time. */
export const tinyJournal: JournalLimits = { entries: 5, length: 2_000, topicEntries: 3, topicBytes: 200, age: 60_000 };

/** Of one that has some, and moves some. */
export const smallJournal: JournalLimits = {
  entries: 40,
  length: 20_000,
  topicEntries: 10,
  topicBytes: 4_000,
  age: 10_000,
};

/** A new folder for a file, and the function that removes it. */
export function newFolder(): { readonly file: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-sqlite-"));
  return { file: join(folder, "log.db"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A database that can be cut off: then everything fails as if the disk was gone. */
export function cuttable(database: SqliteDatabase) {
  let isCut = false;
  let refused = 0;
  function check(): void {
    if (!isCut) return;
    refused += 1;
    throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR", errcode: 10 });
  }
  const cut: SqliteDatabase = {
    exec(sql) {
      check();
      return database.exec(sql);
    },
    prepare(sql) {
      const statement = database.prepare(sql);
      const checked: SqliteStatement = {
        run(...values) {
          check();
          return statement.run(...values);
        },
        all(...values) {
          check();
          return statement.all(...values);
        },
      };
      return checked;
    },
    close: () => database.close(),
  };
  return {
    database: cut,
    /** How often something was refused since it was cut. */
    refused: () => refused,
    set(cutNow: boolean) {
      isCut = cutNow;
      refused = 0;
    },
  };
}

/** A file with two connections, as two processes have it open. Their clock stands still unless it is moved. */
export async function openHarness(
  options: LogSetupOptions,
  { open }: Driver = driver,
  limits: JournalLimits = journalLimits,
): Promise<LogHarness> {
  const { file, remove } = newFolder();
  let now = Date.now();
  const { name: _, ...settings } = options;
  const own = cuttable(open(file));
  const others = open(file);
  const given: Omit<SqliteLogOptions, "database" | "file"> = { ...settings, now: () => now };
  const log = openSqliteLog({ ...given, database: own.database }, limits);
  const peer = openSqliteLog({ ...given, database: others }, limits);
  const third = open(file);
  third.exec("PRAGMA busy_timeout = 1000");
  const lose = failoverOf(third);
  return {
    log,
    peer,
    async failover(topic, lost) {
      await lose(topic, lost);
    },
    async advance(ms) {
      // Watches that were stopped are noted by now.
      await new Promise((resolve) => setTimeout(resolve, 5));
      now += ms;
    },
    async outage(meanwhile) {
      own.set(true);
      try {
        await meanwhile(peer);
        while (own.refused() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      } finally {
        own.set(false);
      }
    },
    async close() {
      await Promise.all([log.close?.(), peer.close?.()]);
      own.database.close();
      others.close();
      third.close();
      remove();
    },
  };
}
