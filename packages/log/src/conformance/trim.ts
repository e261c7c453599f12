import { expect } from "vitest";
import { appended, dataOf, events, headOf, pageOf, positionOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const trimCases: readonly LogCase[] = [
  {
    name: "trims up to and including a position",
    async run({ log, peer }) {
      const entries = await appended(log, topic, run(1, 6));
      await log.trim(topic, positionOf(entries, 1));
      expect(await retained(log)).toEqual(entries.slice(2));
      await peer.trim(topic, positionOf(entries, 4));
      expect(await retained(log)).toEqual(entries.slice(5));
      expect(await headOf(log, topic)).toEqual(positionOf(entries, 5));
    },
  },
  {
    name: "trims everything, and numbers on",
    async run({ log }) {
      const entries = await appended(log, topic, run(1, 3));
      await log.trim(topic, positionOf(entries, 2));
      expect(await retained(log)).toEqual([]);
      const { oldest, head } = await pageOf(log, topic, "oldest").then(({ end, head }) => ({ oldest: end, head }));
      expect([oldest, head]).toEqual([positionOf(entries, 2), positionOf(entries, 2)]);
      const next = await appended(log, topic, run(4, 5));
      expect(next.map((entry) => entry.position.offset)).toEqual([4, 5]);
      expect(await retained(log)).toEqual(next);
    },
  },
  {
    name: "trims nothing at a position that isn't of this history",
    async run({ log }) {
      const start = await headOf(log, topic);
      const entries = await appended(log, topic, run(1, 5));
      const other = await appended(log, "scores/other", run(1, 5));
      const third = positionOf(entries, 2);
      await log.trim(topic, start);
      await log.trim(topic, positionOf(other, 2));
      await log.trim(topic, { ...third, mark: positionOf(entries, 3).mark });
      await log.trim(topic, { ...third, offset: 6 });
      expect(await retained(log)).toEqual(entries);
      await log.trim(topic, third);
      await log.trim(topic, positionOf(entries, 0));
      expect(await retained(log)).toEqual(entries.slice(3));
    },
  },
  {
    name: "trims nothing in a topic that nobody has written to",
    async run({ log }) {
      const { position } = await log.append(topic, events("a"));
      await log.trim("scores/other", position);
      expect(await retained(log, "scores/other")).toEqual([]);
      expect(dataOf(await retained(log))).toEqual(['"a"']);
    },
  },
];
