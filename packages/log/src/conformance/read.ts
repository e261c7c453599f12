import { expect } from "vitest";
import type { LogEntry, ReadFrom } from "../log.js";
import { appendEach, cursorOf, dataOf, headOf, pageOf, read, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const readCases: readonly LogCase[] = [
  {
    name: "fills pages up to the limit, except at the head",
    async run({ log }) {
      await log.append(topic, run(1, 10));
      const lengths: number[] = [];
      for (const limit of [0, 1, 4, 10, 11, 1_000]) {
        lengths.push((await pageOf(log, topic, "oldest", limit)).entries.length);
      }
      expect(lengths).toEqual([0, 1, 4, 10, 10, 10]);
    },
  },
  {
    name: "reads page after page without gap or overlap",
    async run({ log }) {
      await log.append(topic, run(1, 10));
      const all: LogEntry[] = [];
      let from: ReadFrom = "oldest";
      for (const expected of [3, 3, 3, 1, 0]) {
        const page = await pageOf(log, topic, from, 3);
        expect(page.entries.length).toBe(expected);
        expect(page.head).toEqual(await headOf(log, topic));
        all.push(...page.entries);
        expect(page.end).toEqual(cursorOf(all, -1));
        from = page.end;
      }
      expect(all).toEqual(await retained(log));
    },
  },
  {
    name: "continues with entries appended since the last page",
    async run({ log, peer }) {
      const { end } = await pageOf(log, topic, "oldest");
      await appendEach(peer, topic, run(1, 2));
      const page = await pageOf(log, topic, end);
      expect(dataOf(page.entries)).toEqual(["1", "2"]);
      expect((await pageOf(log, topic, page.end)).entries).toEqual([]);
      await appendEach(peer, topic, run(3, 3));
      expect(dataOf((await pageOf(log, topic, page.end)).entries)).toEqual(["3"]);
    },
  },
  {
    name: "reads the last few entries",
    async run({ log }) {
      await log.append(topic, run(1, 5));
      expect(dataOf((await pageOf(log, topic, { last: 2 })).entries)).toEqual(["4", "5"]);
      expect(dataOf((await pageOf(log, topic, { last: 5 })).entries)).toEqual(["1", "2", "3", "4", "5"]);
      expect(dataOf((await pageOf(log, topic, { last: 50 })).entries)).toEqual(["1", "2", "3", "4", "5"]);
      const none = await pageOf(log, topic, { last: 0 });
      expect(none.entries).toEqual([]);
      expect(none.end).toEqual(await headOf(log, topic));
      const first = await pageOf(log, topic, { last: 4 }, 2);
      expect(dataOf(first.entries)).toEqual(["2", "3"]);
      expect(dataOf((await pageOf(log, topic, first.end)).entries)).toEqual(["4", "5"]);
    },
  },
  {
    name: "reads from the oldest retained entry if older entries are gone",
    async run({ log }) {
      await log.append(topic, run(1, 6));
      await log.trim(topic, cursorOf(await retained(log), 3));
      expect(dataOf((await pageOf(log, topic, "oldest")).entries)).toEqual(["5", "6"]);
      expect(dataOf((await pageOf(log, topic, { last: 5 })).entries)).toEqual(["5", "6"]);
      expect(dataOf((await pageOf(log, topic, { last: 1 })).entries)).toEqual(["6"]);
    },
  },
  {
    name: "refuses a limit that is not a whole number of at least 0",
    async run({ log }) {
      for (const bad of [-1, 1.5, Number.NaN]) {
        await expect(read(log, topic, "oldest", bad)).rejects.toThrow(RangeError);
        await expect(read(log, topic, { last: bad }, 10)).rejects.toThrow(RangeError);
      }
    },
  },
];
