import { copyFileSync, renameSync, rmSync, truncateSync } from "node:fs";
import type { Log } from "@sluice/log";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { prepare } from "./database/database.js";
import { driver } from "./drivers.test-kit.js";
import { aFile, event, numbered, openOn, pageOf } from "./opened.test-kit.js";
import { sqliteLog } from "./sqlite-log.js";

function saidBy(log: Log): string[] {
  const said: string[] = [];
  log.onStatus?.((status) => said.push(status));
  return said;
}

describe("sqliteLog, when its file", () => {
  it("is locked by another process: tries again by a timer, and gives up in time, while reads and the event loop go on", async () => {
    const file = aFile();
    const { log } = openOn(file, { busyTimeout: 300 });
    const said = saidBy(log);
    await log.append("a", numbered(1));
    const other = driver.open(file);
    onTestFinished(() => void other.close());
    other.exec("BEGIN IMMEDIATE");
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 5);
    const started = performance.now();
    await expect(log.append("a", numbered(1))).rejects.toMatchObject({ name: "LogError", code: "unavailable" });
    expect(performance.now() - started).toBeGreaterThan(250);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
    const waiting = log.append("a", [event("waited")], { idempotencyKey: "k" });
    expect((await pageOf(log)).entries.length).toBe(1);
    other.exec("COMMIT");
    expect((await waiting).cursor.offset).toBe(2);
    expect((await pageOf(log)).entries.at(-1)?.data).toBe("waited");
    expect(said).toEqual([]);
  });

  it("is full: rejects what doesn't fit, serves what there is, and goes on when there is room", async () => {
    const { log, database } = openOn(aFile(), { retain: { events: 10_000 } });
    const said = saidBy(log);
    await log.append("a", numbered(3), { idempotencyKey: "first" });
    const pages = prepare(database, "PRAGMA page_count").all()[0]?.["page_count"];
    database.exec(`PRAGMA max_page_count = ${Number(pages) + 4}`);
    let written = 3;
    let failure: unknown;
    while (!failure) {
      await log.append("a", [event("x".repeat(2_000))]).then(
        () => written++,
        (error) => (failure = error),
      );
    }
    expect(failure).toMatchObject({ name: "LogError", code: "unavailable" });
    await expect(log.append("b", [event("x".repeat(9_000))], { idempotencyKey: "k" })).rejects.toMatchObject({
      code: "unavailable",
    });
    expect((await pageOf(log)).entries.length).toBe(written);
    expect(await log.findAppend("a", "first")).toMatchObject({ offset: 3 });
    database.exec("PRAGMA max_page_count = 1000000");
    expect(await log.append("b", [event("y")], { idempotencyKey: "k" })).toMatchObject({ duplicate: false });
    expect((await log.append("a", [event("y")])).cursor.offset).toBe(written + 1);
    expect(said).toEqual([]);
  });

  it("can't be written to: rejects appends, and serves what there is", async () => {
    const file = aFile();
    const { log: first } = openOn(file);
    await first.append("a", numbered(3));
    const { log, database } = openOn(file);
    const said = saidBy(log);
    database.exec("PRAGMA query_only = 1");
    await expect(log.append("a", numbered(1))).rejects.toMatchObject({ name: "LogError", code: "unavailable" });
    expect((await pageOf(log)).entries.length).toBe(3);
    expect(said).toEqual(["down"]);
    database.exec("PRAGMA query_only = 0");
    await vi.waitUntil(() => said.at(-1) === "up", 15_000);
    expect((await log.append("a", numbered(1))).cursor.offset).toBe(4);
  });

  it("has lost its newest pages: says so in each process that finds out, and doesn't take it back for what is in memory", async () => {
    const file = aFile();
    const [writer, reader, maker] = [openOn(file), openOn(file), openOn(file)];
    const said = [reader, maker].map(({ log }) => saidBy(log));
    for (let i = 0; i < 120; i += 1) await writer.log.append(`t${i}`, numbered(5));
    for (const { log } of [reader, maker]) await pageOf(log, "t119");
    await maker.log.append("own", numbered(1));
    truncateSync(`${file}-wal`, 0);
    await expect(pageOf(reader.log, "t1")).rejects.toMatchObject({ code: "unavailable" });
    await expect(maker.log.append("t1", numbered(1))).rejects.toMatchObject({ code: "unavailable" });
    await pageOf(reader.log, "t119").catch(() => {});
    await maker.log.append("own", numbered(1)).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 600)); // two looks at it
    expect(said).toEqual([["down"], ["down"]]);
  });

  const ways: [string, (file: string) => void][] = [
    ["deleted", (file) => rmSync(file)],
    ["without its write-ahead log", (file) => rmSync(`${file}-wal`)],
    ["without its shared memory", (file) => rmSync(`${file}-shm`)],
    ["moved away", (file) => renameSync(file, `${file}.old`)],
    [
      "replaced",
      (file) => {
        copyFileSync(file, `${file}.copy`);
        renameSync(`${file}.copy`, file);
      },
    ],
  ];
  it.each(ways)("is %s: fails all calls and says so, because what is written now would be lost", async (_, change) => {
    const file = aFile();
    const { log } = openOn(file);
    const said = saidBy(log);
    await log.append("a", numbered(3));
    change(file);
    await vi.waitUntil(() => said.length > 0, 15_000);
    const refusal = {
      name: "LogError",
      code: "unavailable",
      message: expect.stringMatching(
        /^sqliteLog: .*log\.db(-wal|-shm)? is not the file that was opened any more: .* Start this process again/,
      ),
    };
    await expect(log.append("a", numbered(1))).rejects.toMatchObject(refusal);
    await expect(pageOf(log)).rejects.toMatchObject(refusal);
    await expect(log.watch("b", () => {}).ready).rejects.toMatchObject(refusal);
    await new Promise((resolve) => setTimeout(resolve, 300)); // another look at it
    expect(said).toEqual(["down"]);
  });

  it("is opened for reading only: refuses it at once, and says so", async () => {
    const file = aFile();
    await openOn(file).log.close?.();
    const database = driver.open(file);
    onTestFinished(() => void database.close());
    database.exec("PRAGMA query_only = 1");
    expect(() => sqliteLog({ database })).toThrow(/^sqliteLog: the database can't be used: .*readonly database/);
  });
});
