import type { Log } from "@sluice/log";
import { onTestFinished } from "vitest";
import type { SqliteDatabase } from "./database/database.js";
import { setUp, stopWaiting } from "./database/open-database.js";
import { driver } from "./drivers.test-kit.js";
import { openEngine } from "./engine.js";
import { FileLog } from "./file-log.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import { resolveOptions, type SqliteLogOptions } from "./options.js";
import { Sweep } from "./sweep.js";

type Options = Omit<SqliteLogOptions, "file" | "database">;

export interface Stepped {
  readonly file: FileLog;
  readonly log: Log;
  step: Sweep["step"];
  /** As many steps as it takes until there is nothing more to do soon. */
  sweep(): Promise<void>;
}

/** A log without its timers. */
export function openStepped(
  database: SqliteDatabase,
  options: Options,
  journal: JournalLimits = journalLimits,
): Stepped {
  setUp(database, "normal");
  const file = new FileLog(database, resolveOptions({ ...options, database }), journal);
  stopWaiting(database);
  const sweep = new Sweep(file, database);
  return {
    file,
    log: openEngine(file, () => file.close()),
    step: () => sweep.step(),
    async sweep() {
      while (await sweep.step()) {}
    },
  };
}

/** The same, with a connection of its own, closed after the test. */
export function openSteppedOn(
  path: string,
  options: Options = {},
  journal?: JournalLimits,
): Stepped & { readonly database: SqliteDatabase } {
  const database = driver.open(path);
  const opened = openStepped(database, options, journal);
  onTestFinished(async () => {
    await opened.file.close();
    database.close();
  });
  return { ...opened, database };
}
