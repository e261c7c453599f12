import { expect } from "vitest";
import type { Cursor, GapReason, Log, LogEntry, LogEvent, ReadFrom, ReadGap, ReadPage, Snapshot } from "../log.js";

export const topic = 'scores/watch?{"matchId":"m1"}';

/** Events with these texts as data, in JSON. */
export function events(...data: string[]): LogEvent[] {
  return data.map((text) => ({ type: "goal", data: JSON.stringify(text) }));
}

/** Events numbered from `first` to `last`. */
export function run(first: number, last: number): LogEvent[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({ type: "goal", data: String(first + i) }));
}

export function dataOf(entries: readonly LogEntry[]): string[] {
  return entries.map((entry) => entry.data);
}

/** Appends the events one by one. */
export async function appendEach(log: Log, name: string, each: readonly LogEvent[], stateful = false): Promise<void> {
  for (const event of each) await log.append(name, [event], { stateful });
}

/** Reads from a place. */
export async function read(log: Log, name: string, from: ReadFrom, limit: number): Promise<ReadPage | ReadGap> {
  return (await log.open(name, { from, limit })).page;
}

/** The cursor at the topic's end. */
export async function headOf(log: Log, name = topic): Promise<Cursor> {
  return (await read(log, name, { last: 0 }, 0)).head;
}

/** A read that must find a page. */
export async function pageOf(log: Log, name: string, from: ReadFrom, limit = 1_000): Promise<ReadPage> {
  const page = await read(log, name, from, limit);
  if (!page.ok) expect.fail(`expected a page, got the gap "${page.reason}"`);
  return page;
}

/** The last saved snapshot. */
export async function snapshotOf(log: Log, name = topic): Promise<Snapshot | undefined> {
  return (await log.open(name, { from: "snapshot", limit: 0 })).snapshot;
}

/** All retained entries. */
export async function retained(log: Log, name = topic): Promise<readonly LogEntry[]> {
  const { entries, end, head } = await pageOf(log, name, "oldest");
  expect(end).toEqual(head);
  return entries;
}

/** A read that must find a gap for this reason. All retained entries must be readable from its `oldest`. */
export async function expectGap(log: Log, name: string, from: Cursor, reason: GapReason): Promise<void> {
  const gap = await read(log, name, from, 10);
  expect(gap).toMatchObject({ ok: false, reason, head: await headOf(log, name) });
  if (gap.ok) return;
  const rest = await pageOf(log, name, gap.oldest);
  expect(rest.entries).toEqual(await retained(log, name));
}

/** Appends events, and returns their entries. */
export async function appended(log: Log, name: string, batch: readonly LogEvent[]): Promise<readonly LogEntry[]> {
  const before = await headOf(log, name);
  await log.append(name, batch);
  return (await pageOf(log, name, before)).entries;
}

/** The cursor of an entry that must exist. */
export function cursorOf(entries: readonly LogEntry[], index: number): Cursor {
  const entry = entries.at(index);
  if (!entry) expect.fail(`expected an entry at index ${index} of ${entries.length}`);
  return entry.cursor;
}

/** Waits for a condition: engines may report an append late. */
export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!isTrue()) {
    if (Date.now() > deadline) expect.fail("waited for 20 s in vain");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
