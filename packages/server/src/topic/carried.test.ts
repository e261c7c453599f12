import { type Cursor, type LogEntry, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import { Carried } from "./carried.js";
import { headOf, readLog } from "./read-log.test-kit.js";

/** A topic's wake-ups and cursors: `at(n)` is the cursor after the first n entries. */
async function history(length: number) {
  const log = memoryLog();
  const genesis = await headOf(log, "a");
  for (let n = 1; n <= length; n++) await log.append("a", [{ type: "n", data: `${n}` }]);
  const page = await readLog(log, "a", genesis);
  const entries = page.ok ? page.entries : [];
  const places = [genesis, ...entries.map(({ cursor }) => cursor)] as readonly Cursor[];
  const told = (from: number, to: number) => ({ before: places[from] as Cursor, entries: entries.slice(from, to) });
  return { places, told, at: (n: number) => places[n] as Cursor };
}

const dataOf = (entries: readonly LogEntry[] | undefined) => entries?.map(({ data }) => Number(data));

it("returns the entries of all wake-ups after a cursor, once", async () => {
  const { told, at } = await history(5);
  const carried = new Carried();
  expect([carried.add(told(0, 1)), carried.add(told(1, 3)), carried.add(told(3, 4))]).toEqual([true, true, true]);
  expect(dataOf(carried.takeAfter(at(0)))).toEqual([1, 2, 3, 4]);
  expect([carried.isEmpty, dataOf(carried.takeAfter(at(4)))]).toEqual([true, []]);
});

it("returns the rest after a cursor among the entries", async () => {
  const { told, at } = await history(5);
  for (const [place, rest] of [
    [2, [3, 4]],
    [4, []],
  ] as const) {
    const carried = new Carried();
    carried.add(told(1, 4));
    expect(dataOf(carried.takeAfter(at(place)))).toEqual(rest);
  }
});

it("asks for a read if the cursor is not among the entries, or is of another history", async () => {
  const [{ told, at }, other] = [await history(5), await history(5)];
  for (const place of [at(0), at(5), other.at(2), { ...at(2), mark: "m" }]) {
    const carried = new Carried();
    carried.add(told(1, 4));
    expect(carried.takeAfter(place)).toBeUndefined();
    expect(carried.isEmpty).toBe(true);
  }
});

it("asks for a read if a wake-up was lost, and keeps the entries after it", async () => {
  const { told, at } = await history(5);
  const carried = new Carried();
  carried.add(told(0, 1));
  expect(carried.add(told(3, 4))).toBe(false);
  expect(carried.add(told(4, 5))).toBe(true);
  expect(dataOf(carried.takeAfter(at(3)))).toEqual([4, 5]);
});

it("ignores a wake-up that comes twice", async () => {
  const { told, at } = await history(3);
  const carried = new Carried();
  expect([carried.add(told(0, 2)), carried.add(told(0, 2)), carried.add(told(1, 2))]).toEqual([true, true, true]);
  expect(dataOf(carried.takeAfter(at(0)))).toEqual([1, 2]);
});

it("does not change the given arrays, and keeps at most 512 entries", async () => {
  const { told } = await history(600);
  const carried = new Carried();
  const first = told(0, 300);
  carried.add(first);
  expect(carried.add(told(300, 512))).toBe(true);
  expect(first.entries).toHaveLength(300);
  expect(carried.add(told(512, 600))).toBe(false);
});
