import { statSync } from "node:fs";
import type { LogEvent } from "@sluice/log";
import { expect, it, onTestFinished, vi } from "vitest";
import { prepare } from "./database/database.js";
import { tinyJournal } from "./harness.test-kit.js";
import { aFile, countEntries, openOn as openLogOn } from "./opened.test-kit.js";
import { openSteppedOn } from "./stepped.test-kit.js";

const numbered = (count: number, length = 100): LogEvent[] =>
  Array.from({ length: count }, (_, i) => ({ type: "t", data: String(i).padEnd(length, "x") }));

function openOn(...given: Parameters<typeof openSteppedOn>) {
  const opened = openSteppedOn(...given);
  const { database } = opened;
  return {
    ...opened,
    count: (table: string) => prepare(database, `SELECT count(*) AS count FROM ${table}`).all()[0]?.["count"] as number,
    /** Entries in the journal, and moved ones. */
    entries: () => countEntries(database),
  };
}

it("frees topics that nobody names any more, and deletes all that was of them", async () => {
  let now = 1_000_000;
  const { log, count, entries, sweep } = openOn(aFile(), {
    now: () => now,
    idle: 500,
    dedupe: { age: 500 },
    retain: { age: 1_000 },
  });
  const state = await log.append("state", numbered(3_000), { stateful: true, ttl: 1_000, idempotencyKey: "k" });
  if (!state.ok) expect.fail();
  await log.saveSnapshot("state", state.cursor, "{}");
  await log.append("plain", numbered(10), { idempotencyKey: "k" });
  await log.append("kept", numbered(10), { record: "r" });
  await log.open("unwritten", { from: "oldest", limit: 1 });
  for (let i = 0; i < 300; i += 1) await log.append(`many${i}`, numbered(1), { ttl: 100_000 });
  await sweep();
  expect(count("sluice_topic")).toBe(304);
  now += 1_001;
  await sweep();
  await sweep();
  expect(count("sluice_topic")).toBe(301);
  expect(["snapshot", "keys", "key_hash", "freed"].map((table) => count(`sluice_${table}`))).toEqual([0, 0, 0, 0]);
  expect(entries().journal).toBeGreaterThan(300);
  // What is in the journal for long is moved, or goes.
  now += 60_001;
  await sweep();
  expect(entries()).toEqual({ journal: 0, moved: 300 });
  expect(count("sluice_journal")).toBe(1);
});

it("works many freed topics off in few steps, each of which deletes a bounded number of entries", async () => {
  const { log, count, entries, sweep, step } = openOn(aFile(), {}, tinyJournal);
  for (let i = 0; i < 600; i += 1) await log.append(`a${i}`, numbered(4));
  await log.append("long", numbered(5_000));
  for (let i = 0; i < 600; i += 1) await log.free(`a${i}`);
  await log.free("long");
  let steps = 0;
  for (let left = entries().moved, before = left; left > 0; before = left) {
    const more = await step();
    left = entries().moved;
    if (left > 0) expect(more).toBe("at once");
    expect(before - left).toBeLessThanOrEqual(1_024);
    steps += 1;
  }
  // Seven are enough for the entries; a slow disk's steps end by time, after 64 entries at least, or a short topic.
  expect(steps).toBeLessThan(600 + Math.ceil(5_000 / 64) + 10);
  await sweep();
  expect(count("sluice_freed")).toBe(0);
});

it("leaves topics to the next step once some time has passed", async () => {
  let now = 1_000_000;
  const { log, count, step } = openOn(aFile(), { now: () => now });
  for (let i = 0; i < 20; i += 1) await log.append(`a${i}`, numbered(2), { ttl: 1_000 });
  now += 1_001;
  let time = 0;
  vi.spyOn(performance, "now").mockImplementation(() => (time += 1));
  onTestFinished(() => void vi.restoreAllMocks());
  for (let left = 20; left > 0; ) {
    const more = await step();
    const freed = left - count("sluice_topic");
    expect(freed).toBe(4);
    left -= freed;
    expect(more).toBe(left > 0 ? "at once" : undefined);
  }
});

it("goes on in a moment while freed topics wait, and not only in the next round", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const { log, database } = openLogOn(aFile());
  // However slow the disk is, a step deletes 64 entries: all of them take less time than the next round is away.
  await log.append("a", numbered(4_000));
  await log.free("a");
  const hasFreed = () => prepare(database, "SELECT id FROM sluice_freed").all().length > 0;
  await vi.advanceTimersByTimeAsync(5_000);
  let waited = 0;
  for (; hasFreed() && waited < 10_000; waited += 50) await vi.advanceTimersByTimeAsync(50);
  expect(waited).toBeLessThan(5_000);
});

it("deletes the entries of a retention that was lowered by and by, and gives the room back", async () => {
  const path = aFile();
  const { log, database, entries, sweep } = openOn(path, {});
  await log.append("a", numbered(3_000, 2_000));
  prepare(database, "PRAGMA wal_checkpoint(TRUNCATE)").all();
  const before = statSync(path).size;
  await log.append("a", numbered(1), { retain: { events: 5 } });
  const { page } = await log.open("a", { from: "oldest", limit: 100 });
  expect(page).toMatchObject({ ok: true, entries: { length: 5 } });
  expect(entries().moved).toBeGreaterThan(1_900);
  for (let i = 0; i < 10; i += 1) await sweep();
  expect(entries().moved).toBeLessThan(80);
  prepare(database, "PRAGMA wal_checkpoint(TRUNCATE)").all();
  expect(statSync(path).size).toBeLessThan(before * 0.9);
});

it("lets what a dead process watched go, and takes the process back if it was only slow", async () => {
  let now = 1_000_000;
  const path = aFile();
  const [own, other] = [openOn(path, { now: () => now }), openOn(path, { now: () => now })];
  let told = 0;
  const watch = other.log.watch("a", () => told++);
  await watch.ready;
  await own.log.append("a", numbered(1), { ttl: 1_000 });
  now += 5_000;
  expect((await own.log.open("a", { from: "oldest", limit: 5 })).page).toMatchObject({ head: { offset: 1 } });

  own.database.exec(`UPDATE sluice_process SET alive = alive - 100000 WHERE id = '${other.file.processes.id}'`);
  await own.file.beat();
  expect([own.count("sluice_process"), own.count("sluice_watch")]).toEqual([1, 0]);
  // Until now it was watched, so its time begins now.
  now += 999;
  expect((await own.log.open("a", { from: "oldest", limit: 5 })).page).toMatchObject({ head: { offset: 1 } });
  now += 1;
  expect((await own.log.open("a", { from: "oldest", limit: 5 })).page).toMatchObject({ head: { offset: 0 } });

  await new Promise((resolve) => setTimeout(resolve));
  const before = told;
  await other.file.beat();
  await new Promise((resolve) => setTimeout(resolve));
  expect(told).toBeGreaterThan(before);
  expect([own.count("sluice_process"), own.count("sluice_watch")]).toEqual([2, 1]);
});

it("wakes another process up in a moment, without its timer", async () => {
  const path = aFile();
  const [own, other] = [openOn(path, {}), openOn(path, {})];
  await Promise.all([own, other].map(({ file }) => file.isReachable));
  const woken = new Promise<void>((resolve) => void other.log.watch("a", () => resolve()));
  await own.log.append("a", numbered(1));
  await woken;
});

it("keeps no more than two turns of keys, and deletes them when they are too old", async () => {
  let now = 1_000_000;
  const settings = { now: () => now, dedupe: { age: 1_000, keys: 50 }, retain: { events: 5 } };
  const { log, count, sweep } = openOn(aFile(), settings, tinyJournal);
  const append = (i: number) => log.append("a", numbered(1), { idempotencyKey: `${i}` });
  for (let i = 0; i < 500; i += 1) {
    expect((await append(i)).duplicate).toBe(false);
    if (i >= 40) expect((await append(i - 40)).duplicate).toBe(true);
  }
  expect(count("sluice_key_hash")).toBeLessThanOrEqual(100);
  expect(count("sluice_key_hash")).toBeGreaterThan(40);
  expect((await log.findAppend("a", "470"))?.offset).toBe(471);
  now += 1_001;
  expect(await log.findAppend("a", "470")).toBe(undefined);
  await sweep();
  expect(["keys", "key_hash"].map((table) => count(`sluice_${table}`))).toEqual([0, 0]);
  expect((await append(470)).duplicate).toBe(false);
});

it("shows readers exactly what is kept, while more of it waits to be deleted", async () => {
  const { log, entries } = openOn(aFile(), { retain: { events: 10 } }, tinyJournal);
  for (let i = 1; i <= 200; i += 1) {
    const { cursor } = await log.append("a", numbered(1));
    const { page } = await log.open("a", { from: "oldest", limit: 100 });
    expect(page.ok && page.entries.map((entry) => entry.cursor.offset)).toEqual(
      Array.from({ length: Math.min(i, 10) }, (_, k) => Math.max(0, i - 10) + k + 1),
    );
    const gap = (await log.open("a", { from: { ...cursor, offset: 0, mark: "0" }, limit: 1 })).page;
    expect(gap.ok ? "page" : gap.reason).toBe(i > 10 ? "trimmed" : "page");
  }
  expect(entries().moved).toBeLessThan(10 + 2 * 64 + 1);
});
