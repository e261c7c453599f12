import { type LogEntry, memoryLog, type Position } from "@sluice/log";
import { expect, it } from "vitest";
import { Carried } from "./carried.js";
import { headOf, readLog } from "./read-log.test-kit.js";

/** A topic's entries, and the place before each: `places[n]` is after the first n. */
async function history(length: number) {
  const log = memoryLog();
  const genesis = await headOf(log, "a");
  for (let n = 1; n <= length; n++) await log.append("a", [{ type: "n", data: `${n}` }]);
  const page = await readLog(log, "a", genesis);
  const entries = page.ok ? page.entries : [];
  const places = [genesis, ...entries.map(({ position }) => position)] as readonly Position[];
  const told = (from: number, to: number) => ({ before: places[from] as Position, entries: entries.slice(from, to) });
  return { places, told, at: (n: number) => places[n] as Position };
}

const dataOf = (entries: readonly LogEntry[] | undefined) => entries?.map(({ data }) => Number(data));

it("gives what follows a place, of however many wake-ups, and then nothing", async () => {
  const { told, at } = await history(5);
  const carried = new Carried();
  expect([carried.add(told(0, 1)), carried.add(told(1, 3)), carried.add(told(3, 4))]).toEqual([true, true, true]);
  expect(dataOf(carried.takeAfter(at(0)))).toEqual([1, 2, 3, 4]);
  expect([carried.isEmpty, dataOf(carried.takeAfter(at(4)))]).toEqual([true, []]);
});

it("gives the rest to who stands amid it or at its end", async () => {
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

it("says that it has to be read where who asks stands elsewhere, in this history or another", async () => {
  const [{ told, at }, other] = [await history(5), await history(5)];
  for (const place of [at(0), at(5), other.at(2), { ...at(2), mark: "m" }]) {
    const carried = new Carried();
    carried.add(told(1, 4));
    expect(carried.takeAfter(place)).toBeUndefined();
    expect(carried.isEmpty).toBe(true);
  }
});

it("says that it has to be read where a wake-up was lost, and goes on with what it was told last", async () => {
  const { told, at } = await history(5);
  const carried = new Carried();
  carried.add(told(0, 1));
  expect(carried.add(told(3, 4))).toBe(false);
  expect(carried.add(told(4, 5))).toBe(true);
  expect(dataOf(carried.takeAfter(at(3)))).toEqual([4, 5]);
});

it("takes no note of what it is told twice", async () => {
  const { told, at } = await history(3);
  const carried = new Carried();
  expect([carried.add(told(0, 2)), carried.add(told(0, 2)), carried.add(told(1, 2))]).toEqual([true, true, true]);
  expect(dataOf(carried.takeAfter(at(0)))).toEqual([1, 2]);
});

it("doesn't touch what it was given, and keeps no more than 512 entries", async () => {
  const { told } = await history(600);
  const carried = new Carried();
  const first = told(0, 300);
  carried.add(first);
  expect(carried.add(told(300, 512))).toBe(true);
  expect(first.entries).toHaveLength(300);
  expect(carried.add(told(512, 600))).toBe(false);
});
