import type { Cursor, Log, LogEntry } from "@sluice/log";
import { expect } from "vitest";
import { event } from "./opened.test-kit.js";

/** Appends events one by one, each with a key of its own. */
export async function appendEach(log: Log, topic: string, from: number, to: number): Promise<Cursor[]> {
  const cursors: Cursor[] = [];
  for (let n = from; n <= to; n += 1) {
    cursors.push((await log.append(topic, [event(`${n}`)], { idempotencyKey: `${n}` })).cursor);
  }
  return cursors;
}

export async function entriesOf(log: Log, topic = "a"): Promise<readonly LogEntry[]> {
  const { page } = await log.open(topic, { from: "oldest", limit: 10_000 });
  return page.ok ? page.entries : expect.fail("a gap");
}

export const dataOf = async (log: Log, topic?: string) => (await entriesOf(log, topic)).map(({ data }) => Number(data));
/** The numbers from one to another. */
export const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
