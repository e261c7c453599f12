import { expect } from "vitest";
import type { Log } from "../log.js";
import { appendEach, events, headOf, pageOf, read, retained, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

const recordOf = async (log: Log, name = topic) => (await pageOf(log, name, "oldest", 0)).record;

export const recordCases: readonly LogCase[] = [
  {
    name: "answers every read with the topic's record, both pages and gaps",
    async run({ log, peer }) {
      expect(await recordOf(log)).toBeUndefined();
      const { cursor } = await log.append(topic, events("a"), { record: "first" });
      expect(await recordOf(peer)).toBe("first");
      expect((await pageOf(peer, topic, cursor)).record).toBe("first");
      expect((await pageOf(log, topic, { last: 1 })).record).toBe("first");
      const gap = await read(log, topic, { ...cursor, epoch: `${cursor.epoch}x` }, 1);
      expect(gap).toMatchObject({ ok: false, record: "first" });
      expect(await recordOf(log, "scores/other")).toBeUndefined();
    },
  },
  {
    name: "keeps the last record through appends that set none",
    async run({ log, peer }) {
      await log.append(topic, events("a"), { record: "first" });
      await peer.append(topic, events("b"), { record: "é 日本\0 🎉" });
      await log.append(topic, events("c"));
      expect(await recordOf(log)).toBe("é 日本\0 🎉");
      await log.append(topic, events("d"), { record: "" });
      expect(await recordOf(peer)).toBe("");
    },
  },
  {
    name: "sets no record with a retried append",
    async run({ log, peer }) {
      await log.append(topic, events("a"), { idempotencyKey: "k", record: "first" });
      expect((await peer.append(topic, events("b"), { idempotencyKey: "k", record: "second" })).duplicate).toBe(true);
      expect(await recordOf(log)).toBe("first");
    },
  },
  {
    name: "keeps a record when the entry that set it is trimmed",
    options: { retain: { events: 3 } },
    async run({ log }) {
      await log.append(topic, events("a"), { record: "first" });
      await appendEach(log, topic, run(1, 8));
      expect(await recordOf(log)).toBe("first");
      await log.trim(topic, await headOf(log, topic));
      expect([await retained(log), await recordOf(log)]).toEqual([[], "first"]);
    },
  },
  {
    name: "keeps a record when entries age, and never forgets a topic that has one",
    options: { retain: { age: 500 }, dedupe: { age: 500 }, idle: 500 },
    needs: ["advance"],
    async run({ log, advance }) {
      const { cursor } = await log.append(topic, events("a"), { record: "first" });
      for (let i = 0; i < 3; i += 1) {
        await advance(1_200);
        // Uses other topics, so that the engine may consider this one idle.
        await appendEach(log, `record/other${i}`, run(1, 2));
      }
      expect([await retained(log), await recordOf(log)]).toEqual([[], "first"]);
      expect(await headOf(log, topic)).toEqual(cursor);
    },
  },
  {
    name: "refuses a record of more than 1,024 bytes, and appends nothing",
    async run({ log }) {
      const longest = "é".repeat(512);
      await expect(log.append(topic, events("a"), { record: `${longest}x` })).rejects.toThrow(RangeError);
      expect((await headOf(log, topic)).offset).toBe(0);
      await log.append(topic, events("a"), { record: longest });
      expect(await recordOf(log)).toBe(longest);
    },
  },
  {
    name: "loses a record with the entry that set it in a lost tail",
    needs: ["failover"],
    async run({ log, failover }) {
      await log.append(topic, events("a"), { record: "first" });
      await log.append(topic, events("b"), { record: "second" });
      await failover(topic, 1);
      expect(await recordOf(log)).toBe("first");
      // Nor does another loss bring it back, where other entries have its place.
      const { cursor } = await log.append(topic, events("c", "d"));
      await log.append(topic, events("e"));
      await log.trim(topic, cursor);
      await failover(topic, 1);
      expect(await recordOf(log)).toBe("first");
    },
  },
];
