import { expect } from "vitest";
import type { Log } from "../log.js";
import { dataOf, events, headOf, pageOf, retained, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

const size = 5;

/** Five events with the name of their batch and their position. */
function batch(name: string) {
  return events(...Array.from({ length: size }, (_, i) => `${name}/${i}`));
}

/** Splits the read data into groups of five, each of which must be one complete batch. */
function expectWhole(data: readonly string[]): string[] {
  const names: string[] = [];
  for (let start = 0; start < data.length; start += size) {
    const name = String(JSON.parse(data[start] ?? '""')).split("/")[0] ?? "";
    expect(data.slice(start, start + size)).toEqual(batch(name).map((event) => event.data));
    names.push(name);
  }
  return names;
}

async function appendBatches(log: Log, writer: string, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => log.append(topic, batch(`${writer}${i}`))));
}

export const batchCases: readonly LogCase[] = [
  {
    name: "refuses an append without events",
    async run({ log }) {
      await expect(log.append(topic, [])).rejects.toThrow(RangeError);
      await expect(log.append(topic, [], { idempotencyKey: "k", stateful: true })).rejects.toThrow(RangeError);
      expect(await retained(log)).toEqual([]);
      expect((await log.append(topic, events("a"), { idempotencyKey: "k" })).duplicate).toBe(false);
    },
  },
  {
    name: "keeps a batch in order",
    async run({ log }) {
      await log.append(topic, batch("a"));
      await log.append(topic, batch("b"));
      expect(expectWhole(dataOf(await retained(log)))).toEqual(["a", "b"]);
    },
  },
  {
    name: "keeps concurrent batches whole",
    async run({ log, peer }) {
      await Promise.all([appendBatches(log, "a", 10), appendBatches(peer, "b", 10), appendBatches(log, "c", 10)]);
      const names = expectWhole(dataOf(await retained(log)));
      expect(new Set(names).size).toBe(30);
      expect(names.length).toBe(30);
    },
  },
  {
    name: "never shows a reader a part of a batch",
    async run({ log, peer }) {
      let done = false;
      const writing = Promise.all([appendBatches(log, "a", 20), appendBatches(peer, "b", 20)]).finally(() => {
        done = true;
      });
      while (!done) {
        expectWhole(dataOf((await pageOf(peer, topic, "oldest")).entries));
        expect((await headOf(log, topic)).offset % size).toBe(0);
        // Lets the writers continue, whatever they wait for.
        await new Promise((resolve) => setTimeout(resolve));
      }
      await writing;
    },
  },
];
