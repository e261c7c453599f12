import { expect, it } from "vitest";
import { prepare, type SqliteDatabase } from "./database/database.js";
import type { JournalLimits } from "./journal/limits.js";
import { appendEach, dataOf, entriesOf, range } from "./numbers.test-kit.js";
import { aFile, countEntries, event } from "./opened.test-kit.js";
import { openSteppedOn } from "./stepped.test-kit.js";

const small: JournalLimits = { entries: 200, length: 40_000, topicEntries: 20, topicBytes: 8_000, age: 60_000 };
const lengthOf = (database: SqliteDatabase) =>
  prepare(database, "SELECT coalesce(sum(length(body)), 0) AS length FROM sluice_journal").all()[0]?.["length"];

it("the journal is bounded, though each of many topics has only few entries", async () => {
  const { log, database } = openSteppedOn(aFile(), {}, small);
  for (let round = 0; round < 3; round += 1) {
    for (let first = 0; first < 2_000; first += 50) {
      await Promise.all(range(first, first + 49).map((n) => log.append(`t${n}`, [event(`${round}`)])));
      // Some rows wait to be deleted with others.
      expect(countEntries(database).journal).toBeLessThan(2 * small.entries + 16 * 50);
    }
  }
  for (const n of [0, 1_000, 1_999]) expect(await dataOf(log, `t${n}`)).toEqual([0, 1, 2]);
});

it("the journal is bounded, though entries are large, and others are small", async () => {
  const { log, database } = openSteppedOn(aFile(), {}, small);
  const large = `${"x".repeat(1_000_000)}`;
  for (let n = 0; n < 12; n += 1) {
    await Promise.all(range(0, 19).map((t) => log.append(`t${t}`, [event("1")])));
    await log.append(`t${n}`, [event(large)]);
    await log.append("short", [event(large)], { retain: { events: 2 } });
    expect(lengthOf(database)).toBeLessThan(2 * small.length);
  }
  expect((await entriesOf(log, "t3")).map(({ data }) => data.length)).toEqual([
    1,
    1,
    1,
    1,
    1_000_000,
    ...Array(8).fill(1),
  ]);
  expect((await entriesOf(log, "short")).map(({ data }) => data.length)).toEqual([1_000_000, 1_000_000]);
});

it("the journal moves a bounded number of entries in a transaction, and is read whole by who opens the file meanwhile", async () => {
  const path = aFile();
  const { log, database } = openSteppedOn(path, {}, small);
  const topics = range(0, 39).map((n) => `t${n}`);
  let most = 0;
  for (let n = 1; n <= 100; n += 1) {
    const before = countEntries(database).moved;
    await Promise.all(topics.map((topic) => appendEach(log, topic, n, n)));
    most = Math.max(most, countEntries(database).moved - before);
    if (n % 10 !== 0) continue;
    const { log: late, file } = openSteppedOn(path, {}, small);
    for (const topic of topics) expect(await dataOf(late, topic)).toEqual(range(1, n));
    expect((await late.findAppend("t0", `${n}`))?.offset).toBe(n);
    await file.close();
  }
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThan(4 * topics.length + 2 * small.topicEntries);
});

it("a process never holds more than it may of what another process appends and moves", async () => {
  const path = aFile();
  const [own, other] = [openSteppedOn(path, {}, small), openSteppedOn(path, {}, small)];
  for (let n = 1; n <= 60; n += 1) {
    await Promise.all(range(0, 39).map((t) => appendEach(own.log, `t${t}`, n, n)));
    await dataOf(other.log, `t${n % 40}`);
    expect(other.file.journal.span.entries).toBeLessThan(3 * small.entries);
    const held = range(1, 40).map((id) => other.file.journal.of(id)?.entries.length ?? 0);
    expect(held.reduce((sum, count) => sum + count)).toBeLessThan(3 * small.entries);
  }
  expect(await dataOf(other.log, "t9")).toEqual(range(1, 60));
});

it("a transaction writes a bounded number of rows, though what many topics have in the journal was dropped", async () => {
  const limits = { ...small, entries: 4_000, length: 4_000_000 };
  const { log, database } = openSteppedOn(aFile(), { retain: { events: 1 } }, limits);
  const changes = prepare(database, "SELECT total_changes() AS count");
  const count = () => changes.all()[0]?.["count"] as number;
  let most = 0;
  for (let first = 0; first < 12_000; first += 50) {
    const before = count();
    await Promise.all(range(first, first + 49).map((n) => log.append(`t${n % 1_500}`, [event(`${n}`)])));
    most = Math.max(most, count() - before);
  }
  expect(countEntries(database).journal).toBeLessThan(2 * limits.entries);
  expect(most).toBeLessThan(800);
  for (const n of [0, 749, 1_499]) expect(await dataOf(log, `t${n}`)).toEqual([10_500 + n]);
});
