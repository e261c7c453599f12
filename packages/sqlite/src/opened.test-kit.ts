import type { Log, LogEvent } from "@sluice/log";
import { expect, onTestFinished } from "vitest";
import type { SqliteDatabase } from "./database/database.js";
import { driver } from "./drivers.test-kit.js";
import { newFolder } from "./harness.test-kit.js";
import type { SqliteLogOptions } from "./options.js";
import { sqliteLog } from "./sqlite-log.js";

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
export function openOn(file: string, settings: Settings = {}): { log: Log; database: SqliteDatabase } {
  const database = driver.open(file);
  const log = sqliteLog({ ...settings, database });
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
