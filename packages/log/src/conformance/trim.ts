import { expect } from "vitest";
import { appended, cursorOf, dataOf, events, headOf, pageOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const trimCases: readonly LogCase[] = [
  {
    name: "trims up to and including a cursor",
    async run({ log, peer }) {
      const entries = await appended(log, topic, run(1, 6));
      await log.trim(topic, cursorOf(entries, 1));
      expect(await retained(log)).toEqual(entries.slice(2));
      await peer.trim(topic, cursorOf(entries, 4));
      expect(await retained(log)).toEqual(entries.slice(5));
      expect(await headOf(log, topic)).toEqual(cursorOf(entries, 5));
    },
  },
  {
    name: "trims everything, and continues the numbering",
    async run({ log }) {
      const entries = await appended(log, topic, run(1, 3));
      await log.trim(topic, cursorOf(entries, 2));
      expect(await retained(log)).toEqual([]);
      const { oldest, head } = await pageOf(log, topic, "oldest").then(({ end, head }) => ({ oldest: end, head }));
      expect([oldest, head]).toEqual([cursorOf(entries, 2), cursorOf(entries, 2)]);
      const next = await appended(log, topic, run(4, 5));
      expect(next.map((entry) => entry.cursor.offset)).toEqual([4, 5]);
      expect(await retained(log)).toEqual(next);
    },
  },
  {
    name: "trims nothing at a cursor of another history",
    async run({ log }) {
      const start = await headOf(log, topic);
      const entries = await appended(log, topic, run(1, 5));
      const other = await appended(log, "scores/other", run(1, 5));
      const third = cursorOf(entries, 2);
      await log.trim(topic, start);
      await log.trim(topic, cursorOf(other, 2));
      await log.trim(topic, { ...third, mark: cursorOf(entries, 3).mark });
      await log.trim(topic, { ...third, offset: 6 });
      expect(await retained(log)).toEqual(entries);
      await log.trim(topic, third);
      await log.trim(topic, cursorOf(entries, 0));
      expect(await retained(log)).toEqual(entries.slice(3));
    },
  },
  {
    name: "trims nothing in a topic without entries",
    async run({ log }) {
      const { cursor } = await log.append(topic, events("a"));
      await log.trim("scores/other", cursor);
      expect(await retained(log, "scores/other")).toEqual([]);
      expect(dataOf(await retained(log))).toEqual(['"a"']);
    },
  },
];
