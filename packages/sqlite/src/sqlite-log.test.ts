import { copyFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { Cursor } from "@sluice/log";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { prepare, type SqliteDatabase } from "./database/database.js";
import { driver } from "./drivers.test-kit.js";
import { aFile, countEntries, event, numbered, openOn, pageOf } from "./opened.test-kit.js";
import { sqliteLog } from "./sqlite-log.js";

const countOf = (database: SqliteDatabase, table: string) =>
  prepare(database, `SELECT count(*) AS count FROM ${table}`).all()[0]?.["count"];

describe("sqliteLog refuses", () => {
  const database = { exec() {}, prepare: () => ({ run() {}, all: () => [] }), close() {} };
  const refused: [object, string][] = [
    [{}, "sqliteLog: give it either file, the path of a file, or database, an opened database."],
    [{ file: "a", database }, "sqliteLog: give it either file"],
    [{ file: "" }, 'sqliteLog: file must be a path, not empty; got ""'],
    [
      { database: {} },
      "sqliteLog: database must be an opened database with exec, prepare and close; got [object Object]",
    ],
    [{ database, synchronous: "off" }, 'sqliteLog: synchronous must be "normal" or "full"; got "off"'],
    [{ database, busyTimeout: 0 }, "sqliteLog: busyTimeout must be a whole number of milliseconds, at least 1; got 0"],
    [
      { database, retain: { events: -1 } },
      "sqliteLog: retain.events must be a whole number of at least 1, or Infinity; got -1",
    ],
    [{ databse: database }, "sqliteLog: databse is not a known option; known options are file, database, synchronous,"],
  ];
  it.each(refused)("%j and says what is allowed", (options, message) => {
    expect(() => sqliteLog(options as never)).toThrow(message);
  });

  it("a file that it can't use, and says why", () => {
    const text = aFile();
    writeFileSync(text, "x".repeat(5_000));
    expect(() => openOn(text)).toThrow(/^sqliteLog: the database can't be used: .*file is not a database/);
    expect(() => openOn(":memory:")).toThrow("its journal mode is memory, and WAL is needed");
    const newer = aFile();
    const { database: made } = openOn(newer);
    made.exec("UPDATE sluice_meta SET value = 99 WHERE key = 'version'");
    expect(() => openOn(newer)).toThrow(
      "its tables are of version 99, and this @sluice/sqlite knows version 3. Open it with the @sluice/sqlite that made it, or begin with another file",
    );
  });

  const hasNodeSqlite = process.getBuiltinModule?.("node:sqlite" as never) !== undefined;

  // Each Node has one of the two.
  if (hasNodeSqlite) {
    it("a path in a folder that is not there, and opens one that is", async () => {
      expect(() => sqliteLog({ file: "/nowhere/at/all.db" })).toThrow(
        "sqliteLog: /nowhere/at/all.db can't be opened: unable to open database file. Its folder must exist.",
      );
      const file = aFile();
      const log = sqliteLog({ file });
      await log.append("a", numbered(3));
      await log.close?.();
      expect((await pageOf(openOn(file).log)).entries.length).toBe(3);
    });
  } else {
    it("a path on a Node without node:sqlite, and says what to install", () => {
      expect(() => sqliteLog({ file: aFile() })).toThrow(
        /file needs node:sqlite, which Node has from 22\.13 on; this is v20.* libsql \(installs without a compiler\) or better-sqlite3@12/,
      );
    });
  }
});

describe("sqliteLog", () => {
  it("waits for others that write to the file, until it is open", async () => {
    const database = driver.open(aFile());
    onTestFinished(() => void database.close());
    const done: string[] = [];
    const exec = (sql: string) => {
      done.push(sql);
      return database.exec(sql);
    };
    const log = sqliteLog({ database: { exec, prepare: (sql) => database.prepare(sql), close() {} } });
    const settings = done.flatMap((sql) => /busy_timeout = \d+|BEGIN IMMEDIATE/.exec(sql) ?? []);
    expect(settings).toEqual(["busy_timeout = 5000", "BEGIN IMMEDIATE", "BEGIN IMMEDIATE", "busy_timeout = 0"]);
    await log.close?.();
  });

  it("waits also for one that has just begun to write to a file that is no log yet, where SQLite itself doesn't", async () => {
    const file = aFile();
    const [database, other] = [driver.open(file), driver.open(file)];
    onTestFinished(() => [database, other].forEach((each) => void each.close()));
    other.exec("CREATE TABLE others (a)");
    other.exec("BEGIN IMMEDIATE");
    let tries = 0;
    const prepareHeld = (sql: string) => {
      const statement = database.prepare(sql);
      const all = () => {
        tries += 1;
        if (tries === 3) other.exec("COMMIT");
        return statement.all();
      };
      return sql.includes("journal_mode = WAL") ? { run: () => statement.run(), all } : statement;
    };
    const log = sqliteLog({
      database: { exec: (sql) => database.exec(sql), prepare: prepareHeld, close() {} },
    });
    expect(tries).toBe(3);
    await log.append("a", numbered(1));
    expect((await pageOf(log)).entries.length).toBe(1);
    await log.close?.();
  });

  it("has pages of 8 KiB in a new file, and those that there are in the file of others", async () => {
    const sizes = [];
    for (const own of ["", "PRAGMA page_size = 1024; CREATE TABLE others (a)"]) {
      const database = driver.open(aFile());
      onTestFinished(() => void database.close());
      database.exec(own);
      const log = sqliteLog({ database, dedupe: { keys: 300 } });
      const append = (n: number) => log.append("a", numbered(1), { idempotencyKey: `${n}`.padStart(40, "k") });
      for (let n = 0; n < 400; n += 1) await append(n);
      expect(await Promise.all([100, 250, 399].map((n) => append(n).then(({ duplicate }) => duplicate)))).toEqual([
        true,
        true,
        true,
      ]);
      sizes.push(prepare(database, "PRAGMA page_size").all()[0]?.["page_size"]);
      await log.close?.();
    }
    expect(sizes).toEqual([8_192, 1_024]);
  });

  it("has everything after a restart", async () => {
    const file = aFile();
    const settings = { now: () => 1_000_000 };
    const first = openOn(file, settings).log;
    const { epoch } = (await pageOf(first, "empty")).head;
    const answer = await first.append("a", numbered(5), {
      idempotencyKey: "k",
      record: "r",
      stateful: true,
      retain: { events: 2 },
      ttl: 60_000,
      lease: { ttl: 60_000, holder: "me" },
    });
    const cursor = answer.ok ? answer.cursor : expect.fail();
    await first.saveSnapshot("a", cursor, "{}");
    await first.close?.();

    const { log } = openOn(file, settings);
    expect((await pageOf(log, "empty")).head.epoch).toBe(epoch);
    expect(await log.findAppend("a", "k")).toEqual(cursor);
    expect(await log.open("a", { from: "snapshot", limit: 5 })).toEqual({
      page: { ok: true, entries: [], end: cursor, head: cursor, record: "r" },
      snapshot: { cursor, data: "{}" },
    });
    expect((await pageOf(log)).entries.map(({ data }) => data)).toEqual(["3", "4"]);
    expect(await log.acquire("a", { ttl: 60_000, holder: "you" })).toBeUndefined();
    expect(answer.ok && answer.lease && (await log.renew(answer.lease))).toBe(true);
    await log.append("a", [event("5")]);
    expect((await log.open("a", { from: cursor, limit: 5 })).page).toMatchObject({ entries: [{ data: "5" }] });
  });

  it("is restored from a backup, though its processes were killed, and resets who had got more", async () => {
    const [file, backup, killed] = [aFile(), aFile(), aFile()];
    const { log, database } = openOn(file);
    const saved = await log.append("a", numbered(3));
    database.exec(`VACUUM INTO '${backup}'`);
    const lost = await log.append("a", numbered(3));
    for (const end of ["", "-wal", "-shm"]) copyFileSync(file + end, killed + end);

    rmSync(`${killed}-wal`);
    rmSync(`${killed}-shm`);
    copyFileSync(backup, killed);
    const { log: restored } = openOn(killed);
    expect((await pageOf(restored)).entries.length).toBe(3);
    await restored.append("a", [event("other"), ...numbered(2)]);
    const gapAt = async (from: Cursor) => !(await restored.open("a", { from, limit: 9 })).page.ok;
    expect([await gapAt(saved.cursor), await gapAt(lost.cursor)]).toEqual([false, true]);
  });

  it("goes on in time after a restart, though the clock was put back", async () => {
    const file = aFile();
    const first = openOn(file, { now: () => 2_000_000 }).log;
    await first.append("a", numbered(1));
    await first.close?.();
    const { log } = openOn(file, { now: () => 1_000_000 });
    await log.append("a", numbered(1));
    expect((await pageOf(log)).entries.map(({ time }) => time)).toEqual([2_000_000, 2_000_000]);
  });

  it("gives entries the time of the process that is ahead", async () => {
    const file = aFile();
    const [ahead, behind] = [openOn(file, { now: () => 2_000_000 }).log, openOn(file, { now: () => 1_000_000 }).log];
    await ahead.append("a", numbered(1));
    await behind.append("b", numbered(1));
    expect((await pageOf(ahead, "b")).entries[0]?.time).toBe(2_000_000);
  });

  it.each([
    ["of 256", 1_000, 1, 4],
    ["of some 16,000 events", 100, 1_000, 6],
  ])("does the appends of one turn in transactions %s", async (_, appends, events, least) => {
    const { database, log } = openOn(aFile());
    let writes = 0;
    const { exec } = database;
    database.exec = (sql) => {
      if (sql === "BEGIN IMMEDIATE") writes += 1; // looks at the file read
      return exec.call(database, sql);
    };
    await Promise.all(Array.from({ length: appends }, () => log.append("a", numbered(events))));
    expect(writes).toBeGreaterThanOrEqual(least);
    expect(writes).toBeLessThanOrEqual(least + 2);
  });

  it("keeps a file that is written to without end short", async () => {
    const file = aFile();
    const { log, database } = openOn(file, { retain: { events: 200 } });
    const sizes: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      for (let i = 0; i < 40; i += 1) {
        await Promise.all(numbered(50).map(({ data }) => log.append("a", [event(data.padEnd(500, "x"))])));
      }
      prepare(database, "PRAGMA wal_checkpoint(TRUNCATE)").all();
      sizes.push(statSync(file).size);
    }
    expect(sizes.at(-1)).toBeLessThanOrEqual(1.2 * (sizes[0] ?? 0));
    expect(sizes.at(-1)).toBeLessThan(600_000);
    expect(countEntries(database).moved).toBeLessThan(400);
  });

  it("remembers the 10,000 topics used last of those that were never written to", { timeout: 20_000 }, async () => {
    const { log, database } = openOn(aFile());
    await log.append("written", numbered(1));
    for (let first = 0; first < 10_400; first += 400) {
      await Promise.all(numbered(400).map((_, i) => log.open(`t${first + i}`, { from: "oldest", limit: 1 })));
    }
    expect(countOf(database, "sluice_topic")).toBeLessThanOrEqual(10_400);
    expect((await pageOf(log, "written")).entries.length).toBe(1);
  });

  it("leaves a database that it was given open, and nothing of itself in it", async () => {
    const { log, database } = openOn(aFile());
    await log.watch("a", () => {}).ready;
    await log.close?.();
    expect(["sluice_process", "sluice_watch"].map((table) => countOf(database, table))).toEqual([0, 0]);
  });

  it("does what it was asked before it was closed, and answers it", async () => {
    const file = aFile();
    const { log } = openOn(file);
    const { log: other, database } = openOn(file); // is told of it
    await vi.waitUntil(() => countOf(database, "sluice_process WHERE port > 0") === 2, 15_000);
    await log.append("b", numbered(1));
    const answers = numbered(300).map((each) => log.append("a", [each]));
    await log.close?.();
    expect((await Promise.all(answers)).map(({ cursor }) => cursor.offset)).toEqual(numbered(300).map((_, i) => i + 1));
    expect((await pageOf(other)).entries.length).toBe(300);
  });

  it("does not keep the process alive", () => {
    const before = process.getActiveResourcesInfo().filter((name) => name !== "Immediate");
    openOn(aFile());
    expect(process.getActiveResourcesInfo().filter((name) => name !== "Immediate")).toEqual(before);
  });
});
