import type { AppendOptions, Cursor, Log, LogEntry, Retention } from "@sluice/log";
import { describe, expect, it } from "vitest";
import { prepare } from "./database/database.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import { appendEach, dataOf, entriesOf, range } from "./numbers.test-kit.js";
import { aFile, countEntries, event, numbered } from "./opened.test-kit.js";
import { openSteppedOn } from "./stepped.test-kit.js";

/** Where entries are when something happens to them. */
const places: readonly [string, JournalLimits][] = [
  ["in the journal", journalLimits],
  ["in the journal and in segments", { ...journalLimits, topicEntries: 7 }],
  ["in segments", { ...journalLimits, topicEntries: 0 }],
];

const reasonAt = async (log: Log, from: Cursor) => {
  const { page } = await log.open("a", { from, limit: 1 });
  return page.ok ? "ok" : page.reason;
};

describe.each(places)("entries %s", (_, limits) => {
  it("are dropped by number, and readers are told", async () => {
    const { log } = openSteppedOn(aFile(), { retain: { events: 5 } }, limits);
    const cursors: Cursor[] = [];
    for (let n = 1; n <= 150; n += 1) {
      cursors.push(...(await appendEach(log, "a", n, n)));
      expect(await dataOf(log)).toEqual(range(Math.max(n - 4, 1), n));
    }
    for (const n of [1, 75, 144]) expect(await reasonAt(log, cursors[n - 1] as Cursor)).toBe("trimmed");
    for (const n of [145, 147, 150]) expect(await reasonAt(log, cursors[n - 1] as Cursor)).toBe("ok");
  });

  it("are dropped by bytes", async () => {
    const { log } = openSteppedOn(aFile(), { retain: { bytes: 50 } }, limits);
    for (let n = 1; n <= 40; n += 1) {
      await log.append("a", [event(`${n}`.padStart(9, "0"))]);
      expect(await dataOf(log)).toEqual(range(Math.max(n - 4, 1), n));
    }
  });

  it("are dropped by age, and with a ttl all at once", async () => {
    let now = 1_000_000;
    const { log } = openSteppedOn(aFile(), { now: () => now, retain: { age: 100 } }, limits);
    for (let n = 1; n <= 20; n += 1) {
      await log.append("a", [event(`${n}`)]);
      await log.append("b", [event(`${n}`)], { ttl: 1_000 });
      now += 10;
    }
    expect(await dataOf(log)).toEqual(range(11, 20));
    expect(await dataOf(log, "b")).toEqual(range(1, 20));
    const [{ cursor }] = (await entriesOf(log, "b")).slice(-1) as [LogEntry];
    now += 1_000;
    expect(await dataOf(log, "b")).toEqual([]);
    expect((await log.open("b", { from: cursor, limit: 1 })).page).toMatchObject({ ok: false, reason: "epoch" });
    await log.append("b", [event("21")]);
    expect(await dataOf(log, "b")).toEqual([21]);
  });

  it("stay as long as no snapshot covers them", async () => {
    const { log } = openSteppedOn(aFile(), { retain: { events: 3 } }, limits);
    const cursors: Cursor[] = [];
    for (let n = 1; n <= 20; n += 1) cursors.push((await log.append("a", [event(`${n}`)], { stateful: true })).cursor);
    expect(await dataOf(log)).toEqual(range(1, 20));
    expect(await log.saveSnapshot("a", cursors[11] as Cursor, "{}")).toBe(true);
    expect(await dataOf(log)).toEqual(range(13, 20));
    expect(await log.saveSnapshot("a", cursors[5] as Cursor, "{}")).toBe(false);
    await log.append("a", [event("21")]);
    expect(await dataOf(log)).toEqual(range(13, 21));
  });

  it.each<[string, Partial<Retention>, AppendOptions]>([
    ["retention by number", { events: 3 }, { retain: { events: 100 } }],
    ["retention by bytes", { bytes: 9 }, { retain: { bytes: 1_000 } }],
    ["state", { events: 3 }, { stateful: true }],
  ])("that were dropped stay so when an append gives the topic %s", async (_what, retain, given) => {
    const path = aFile();
    const { log } = openSteppedOn(path, { retain }, limits);
    const [first] = await appendEach(log, "a", 11, 60);
    expect(await dataOf(log)).toEqual(range(58, 60));
    await log.append("a", [event("61")], given);
    for (const each of [log, openSteppedOn(path, { retain }, limits).log]) {
      expect(await dataOf(each)).toEqual(range(58, 61));
      expect((await each.open("a", { from: first as Cursor, limit: 1 })).page).toMatchObject({ reason: "trimmed" });
    }
  });

  it("that were dropped stay so when appends of one turn change the retention", async () => {
    const { log } = openSteppedOn(aFile(), {}, limits);
    await appendEach(log, "a", 1, 10);
    await Promise.all([
      log.append("a", [event("11")], { retain: { events: 3 } }),
      log.append("a", [event("12")], { retain: { events: 100 } }),
    ]);
    expect(await dataOf(log)).toEqual(range(9, 12));
  });

  it("are trimmed on request", async () => {
    const path = aFile();
    const { log } = openSteppedOn(path, {}, limits);
    const cursors = await appendEach(log, "a", 1, 20);
    await log.trim("a", cursors[12] as Cursor);
    await appendEach(log, "a", 21, 22);
    expect(await dataOf(log)).toEqual(range(14, 22));
    expect(await dataOf(openSteppedOn(path, {}, limits).log)).toEqual(range(14, 22));
    await log.trim("a", (await appendEach(log, "a", 23, 23))[0] as Cursor);
    expect(await dataOf(log)).toEqual([]);
    expect(await dataOf(openSteppedOn(path, {}, limits).log)).toEqual([]);
    expect((await appendEach(log, "a", 24, 24))[0]?.offset).toBe(24);
  });

  it("have keys of the last two turns, also after a restart and for another process", async () => {
    const path = aFile();
    const settings = { dedupe: { keys: 4 } };
    const { log } = openSteppedOn(path, settings, limits);
    const other = openSteppedOn(path, settings, limits);
    for (let n = 1; n <= 40; n += 1) {
      const [cursor] = await appendEach(n % 3 ? log : other.log, "a", n, n);
      for (let old = Math.max(1, n - 3); old <= n; old += 1) {
        const again = await (n % 2 ? log : other.log).append("a", [event("no")], { idempotencyKey: `${old}` });
        expect([n, old, again.duplicate, again.cursor.offset]).toEqual([n, old, true, old]);
      }
      const { log: late, file } = openSteppedOn(path, settings, limits);
      expect(await late.findAppend("a", `${n}`)).toEqual(cursor);
      await file.close();
    }
    expect(await log.findAppend("a", "20")).toBeUndefined();
    expect((await log.append("a", [event("41")], { idempotencyKey: "20" })).duplicate).toBe(false);
  });

  it("have keys that outlive them", async () => {
    const path = aFile();
    const settings = { retain: { events: 1 }, dedupe: { keys: 100 } };
    const { log } = openSteppedOn(path, settings, { ...limits, entries: 10 });
    await appendEach(log, "a", 1, 40);
    for (let n = 1; n <= 70; n += 1) await log.append(`t${n}`, [event("1")]);
    for (const each of [log, openSteppedOn(path, settings, limits).log]) {
      for (let n = 1; n <= 40; n += 1) expect((await each.findAppend("a", `${n}`))?.offset).toBe(n);
    }
  });

  it("have keys that another process finds, after it has moved all of some turns itself", async () => {
    const path = aFile();
    const settings = { dedupe: { keys: 4 } };
    const [own, other] = [openSteppedOn(path, settings, limits), openSteppedOn(path, settings, limits)];
    await appendEach(own.log, "a", 1, 30);
    await appendEach(other.log, "a", 31, 33);
    for (const n of [31, 32, 33]) {
      expect(await own.log.append("a", [event("no")], { idempotencyKey: `${n}` })).toMatchObject({ duplicate: true });
    }
  });

  it("of a freed topic are not in its next life", async () => {
    const path = aFile();
    const [own, other] = [openSteppedOn(path, {}, limits), openSteppedOn(path, {}, limits)];
    const cursors = await appendEach(own.log, "a", 1, 12);
    expect(await dataOf(other.log)).toEqual(range(1, 12));
    await own.log.free("a");
    expect(await dataOf(other.log)).toEqual([]);
    expect((await other.log.append("a", [event("1")], { idempotencyKey: "1" })).duplicate).toBe(false);
    const late = openSteppedOn(path, {}, limits);
    for (const { log } of [own, other, late]) {
      expect(await dataOf(log)).toEqual([1]);
      expect(await log.findAppend("a", "5")).toBeUndefined();
      expect(await reasonAt(log, cursors[0] as Cursor)).toBe("epoch");
    }
  });

  it("are the same for all processes, which write in turns", async () => {
    const path = aFile();
    const processes = [0, 1, 2].map(() => openSteppedOn(path, { retain: { events: 15 } }, limits));
    for (let n = 1; n <= 120; n += 1) {
      const [cursor] = await appendEach(processes[n % 3]?.log as Log, "a", n, n);
      expect(cursor?.offset).toBe(n);
      expect(await dataOf(processes[(n + 1) % 3]?.log as Log)).toEqual(range(Math.max(n - 14, 1), n));
    }
    const [first, ...others] = await Promise.all(processes.map(({ log }) => entriesOf(log)));
    for (const each of others) expect(each).toEqual(first);
  });

  it("that were not committed are not there, and their places are taken by others", async () => {
    const path = aFile();
    const { log, database } = openSteppedOn(path, {}, limits);
    const other = openSteppedOn(path, {}, limits);
    await appendEach(log, "a", 1, 9);
    const { exec } = database;
    database.exec = (sql) => {
      if (sql === "COMMIT") throw Object.assign(new Error("full"), { code: "SQLITE_FULL", errcode: 13 });
      return exec.call(database, sql);
    };
    const failed = [log.append("a", numbered(3), { idempotencyKey: "x" }), log.append("b", numbered(3))];
    for (const each of failed) await expect(each).rejects.toMatchObject({ code: "unavailable" });
    database.exec = exec;
    expect(await log.findAppend("a", "x")).toBeUndefined();
    expect(await dataOf(log)).toEqual(range(1, 9));
    expect((await other.log.append("a", [event("10")], { idempotencyKey: "x" })).cursor.offset).toBe(10);
    expect((await log.append("a", [event("11")])).cursor.offset).toBe(11);
    for (const each of [log, other.log, openSteppedOn(path, {}, limits).log]) {
      expect(await dataOf(each)).toEqual(range(1, 11));
      expect(await dataOf(each, "b")).toEqual([]);
    }
  });

  it("may have been committed though it failed: then they are there once, and nothing is lost after them", async () => {
    const path = aFile();
    const { log, database } = openSteppedOn(path, {}, limits);
    await appendEach(log, "a", 1, 9);
    const { exec } = database;
    database.exec = (sql) => {
      exec.call(database, sql);
      if (sql === "COMMIT") throw Object.assign(new Error("disk I/O error"), { code: "SQLITE_IOERR", errcode: 10 });
    };
    await expect(log.append("a", [event("10")], { idempotencyKey: "10" })).rejects.toMatchObject({ code: "unknown" });
    database.exec = exec;
    expect(await log.append("a", [event("10")], { idempotencyKey: "10" })).toMatchObject({ duplicate: true });
    await appendEach(log, "a", 11, 12);
    for (const each of [log, openSteppedOn(path, {}, limits).log]) expect(await dataOf(each)).toEqual(range(1, 12));
  });

  it("are read on from any cursor, while they are moved", async () => {
    const { log } = openSteppedOn(aFile(), {}, limits);
    const read: number[] = [];
    let [{ cursor }] = [(await log.append("a", [event("0")])) as { cursor: Cursor }];
    for (let n = 1; n <= 60; n += 3) {
      await appendEach(log, "a", n, n + 2);
      const { page } = await log.open("a", { from: cursor, limit: 2 });
      if (!page.ok) expect.fail(page.reason);
      read.push(...page.entries.map(({ data }) => Number(data)));
      cursor = page.end;
    }
    const { page } = await log.open("a", { from: cursor, limit: 100 });
    if (page.ok) read.push(...page.entries.map(({ data }) => Number(data)));
    expect(read).toEqual(range(1, 60));
  });

  it("are moved when nobody has appended for long, and the journal is empty then", async () => {
    let now = 1_000_000;
    const path = aFile();
    const [own, other] = [
      openSteppedOn(path, { now: () => now }, limits),
      openSteppedOn(path, { now: () => now }, limits),
    ];
    await Promise.all(range(1, 300).map((n) => appendEach(own.log, `t${n}`, 1, 3)));
    await own.log.free("t7");
    await own.sweep();
    expect(await dataOf(other.log, "t5")).toEqual([1, 2, 3]);
    now += 60_001;
    await own.sweep();
    expect(countEntries(own.database)).toEqual({ journal: 0, moved: 3 * 299 });
    for (const { log } of [own, other, openSteppedOn(path, { now: () => now }, limits)]) {
      expect(await dataOf(log, "t5")).toEqual([1, 2, 3]);
      expect((await log.findAppend("t5", "2"))?.offset).toBe(2);
      expect(await dataOf(log, "t7")).toEqual([]);
    }
    now += 60_001;
    await own.sweep();
    const left = prepare(own.database, "SELECT seq FROM sluice_journal").all();
    expect(left.length).toBe(1);
    now += 60_001;
    await own.sweep();
    expect(prepare(own.database, "SELECT seq FROM sluice_journal").all()).toEqual(left);
    await appendEach(other.log, "t5", 4, 4);
    expect(await dataOf(own.log, "t5")).toEqual([1, 2, 3, 4]);
  });

  it("are in a backup", async () => {
    const [path, backup] = [aFile(), aFile()];
    const { log, database } = openSteppedOn(path, {}, limits);
    await appendEach(log, "a", 1, 20);
    database.exec(`VACUUM INTO '${backup}'`);
    await appendEach(log, "a", 21, 22);
    const copy = openSteppedOn(backup, {}, limits).log;
    expect(await dataOf(copy)).toEqual(range(1, 20));
    expect((await copy.append("a", [event("20")], { idempotencyKey: "20" })).duplicate).toBe(true);
    expect((await appendEach(copy, "a", 21, 21))[0]?.offset).toBe(21);
  });
});
