import type { Log, LogEvent } from "@sluice/log";
import { expect, onTestFinished } from "vitest";
import { prepare, type SqliteDatabase } from "./database/database.js";
import { driver } from "./drivers.test-kit.js";
import { newFolder } from "./harness.test-kit.js";
import { entriesOf } from "./journal/entries-text.js";
import { rowOf } from "./journal/journal-row.js";
import type { JournalLimits } from "./journal/limits.js";
import type { SqliteLogOptions } from "./options.js";
import { openSqliteLog } from "./sqlite-log.js";

type Settings = Omit<SqliteLogOptions, "file" | "database">;

export const event = (data: string): LogEvent => ({ type: "t", data });
export const numbered = (count: number): LogEvent[] => Array.from({ length: count }, (_, i) => event(String(i)));

/** The path of a file that is removed after the test. */
export function aFile(): string {
  const { file, remove } = newFolder();
  onTestFinished(remove);
  return file;
}

/** A log that is closed after the test, and its connection. */
export function openOn(
  file: string,
  settings: Settings = {},
  journal?: JournalLimits,
): { log: Log; database: SqliteDatabase } {
  const database = driver.open(file);
  const log = openSqliteLog({ ...settings, database }, journal);
  onTestFinished(async () => {
    await log.close?.();
    database.close();
  });
  return { log, database };
}

export async function pageOf(log: Log, topic = "a") {
  const { page } = await log.open(topic, { from: "oldest", limit: 10_000 });
  if (!page.ok) expect.fail("a gap");
  return page;
}

/** How many entries the file has, of all topics: in the journal, also moved ones, and in segments, also dropped ones. */
export function countEntries(database: SqliteDatabase): { readonly journal: number; readonly moved: number } {
  const bodies = (table: string) => prepare(database, `SELECT * FROM ${table}`).all();
  const inJournal = bodies("sluice_journal").flatMap(({ body }) => rowOf(body as string).appends);
  const inSegments = bodies("sluice_segment").map(({ body }) => entriesOf(body as string, "", 1).length);
  return {
    journal: inJournal.reduce((sum, { entries }) => sum + entries.length, 0),
    moved: inSegments.reduce((sum, count) => sum + count, 0),
  };
}
