import { expect } from "vitest";
import { appendEach, dataOf, events, expectGap, headOf, pageOf, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

function bytesOf(data: readonly string[]): number {
  // Every event made by the helpers is of type "goal".
  return data.reduce((sum, text) => sum + 4 + new TextEncoder().encode(text).length, 0);
}

export const retentionCases: readonly LogCase[] = [
  {
    name: "keeps the newest entries by number",
    options: { retain: { events: 3 } },
    async run({ log }) {
      const start = await headOf(log, topic);
      await appendEach(log, topic, run(1, 8));
      expect(dataOf(await retained(log))).toEqual(["6", "7", "8"]);
      expect(dataOf((await pageOf(log, topic, { last: 10 })).entries)).toEqual(["6", "7", "8"]);
      await expectGap(log, topic, start, "trimmed");
    },
  },
  {
    name: "keeps the end of a batch that is larger than the limit",
    options: { retain: { events: 3 } },
    async run({ log }) {
      const start = await headOf(log, topic);
      await log.append(topic, run(1, 7));
      expect((await retained(log)).map((entry) => entry.cursor.offset)).toEqual([5, 6, 7]);
      await expectGap(log, topic, start, "trimmed");
    },
  },
  {
    name: "keeps the newest entries by bytes",
    options: { retain: { bytes: 2_000 } },
    async run({ log }) {
      // Two, three and four bytes a character: the limit is about bytes.
      for (const letter of ["x", "é", "日", "🎉"]) {
        for (let i = 0; i < 10; i += 1) await log.append(topic, events(letter.repeat(100)));
        const bytes = bytesOf(dataOf(await retained(log)));
        expect(bytes).toBeLessThanOrEqual(2_000);
        // Engines may also count their own overhead, but not much.
        expect(bytes).toBeGreaterThan(1_000);
      }
    },
  },
  {
    name: "keeps the newest entry, whatever its size",
    options: { retain: { bytes: 100 } },
    async run({ log }) {
      await log.append(topic, events("a", "x".repeat(1_000)));
      expect((await retained(log)).map((entry) => entry.cursor.offset)).toEqual([2]);
      await log.append(topic, events("b"));
      expect(dataOf(await retained(log))).toEqual(['"b"']);
    },
  },
  {
    name: "keeps entries up to their age",
    options: { retain: { age: 1_000 } },
    needs: ["advance"],
    async run({ log, advance }) {
      const start = await headOf(log, topic);
      await log.append(topic, events("a"));
      await advance(700);
      const { cursor } = await log.append(topic, events("b"));
      await advance(700);
      expect(dataOf(await retained(log))).toEqual(['"b"']);
      await expectGap(log, topic, start, "trimmed");
      await advance(1_500);
      expect(await retained(log)).toEqual([]);
      expect((await pageOf(log, topic, cursor)).end).toEqual(cursor);
      await log.append(topic, events("c"));
      expect(dataOf((await pageOf(log, topic, cursor)).entries)).toEqual(['"c"']);
    },
  },
];
