import { expect } from "vitest";
import {
  appendEach,
  appended,
  cursorOf,
  dataOf,
  events,
  expectGap,
  headOf,
  pageOf,
  retained,
  run,
  snapshotOf,
  topic,
} from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const statefulCases: readonly LogCase[] = [
  {
    name: "does not trim a stateful topic before its first snapshot",
    options: { retain: { events: 3, bytes: 100 } },
    async run({ log }) {
      await appendEach(log, topic, run(1, 20), true);
      expect((await retained(log)).length).toBe(20);
      await log.trim(topic, await headOf(log, topic));
      expect((await retained(log)).length).toBe(20);
    },
  },
  {
    name: "makes no topic stateful by a duplicate",
    options: { retain: { events: 3 } },
    async run({ log, peer }) {
      await log.append(topic, run(1, 1), { idempotencyKey: "k" });
      expect(await peer.append(topic, run(1, 1), { idempotencyKey: "k", stateful: true })).toMatchObject({
        duplicate: true,
      });
      await appendEach(log, topic, run(2, 20));
      expect(dataOf(await retained(peer))).toEqual(["18", "19", "20"]);
    },
  },
  {
    name: "trims a stateful topic up to its snapshot once there is one",
    options: { retain: { events: 3 } },
    async run({ log }) {
      await appendEach(log, topic, run(1, 10), true);
      const entries = await retained(log);
      expect(await log.saveSnapshot(topic, cursorOf(entries, 4), "{}")).toBe(true);
      await appendEach(log, topic, run(11, 12), true);
      expect(dataOf(await retained(log))).toEqual(["6", "7", "8", "9", "10", "11", "12"]);
      await expectGap(log, topic, cursorOf(entries, 3), "trimmed");
      expect(await log.saveSnapshot(topic, await headOf(log, topic), "{}")).toBe(true);
      await appendEach(log, topic, run(13, 13), true);
      expect(dataOf(await retained(log))).toEqual(["11", "12", "13"]);
    },
  },
  {
    name: "reads the entries after a snapshot, whatever its age",
    options: { retain: { events: 3, bytes: 100 } },
    async run({ log }) {
      await appendEach(log, topic, run(1, 5), true);
      await log.saveSnapshot(topic, await headOf(log, topic), "{}");
      await log.append(topic, run(6, 40));
      const snapshot = await snapshotOf(log, topic);
      expect(snapshot?.cursor.offset).toBe(5);
      const tail = await pageOf(log, topic, snapshot?.cursor ?? "oldest");
      expect(dataOf(tail.entries)).toEqual(run(6, 40).map((event) => event.data));
    },
  },
  {
    name: "trims at most the entries that the snapshot covers on request",
    async run({ log }) {
      await appendEach(log, topic, run(1, 5), true);
      const entries = await retained(log);
      await log.saveSnapshot(topic, cursorOf(entries, 2), "{}");
      await log.trim(topic, cursorOf(entries, 1));
      expect(await retained(log)).toEqual(entries.slice(2));
      await log.trim(topic, cursorOf(entries, 4));
      expect(await retained(log)).toEqual(entries.slice(3));
    },
  },
  {
    name: "remembers that a topic is stateful",
    options: { retain: { events: 2 } },
    async run({ log, peer }) {
      await log.append(topic, events("a"), { stateful: true });
      await appendEach(peer, topic, run(2, 6));
      expect((await retained(log)).length).toBe(6);
    },
  },
  {
    name: "treats a topic with a snapshot as stateful",
    options: { retain: { events: 2 } },
    async run({ log }) {
      const { cursor } = await log.append(topic, events("a"));
      await log.saveSnapshot(topic, cursor, "{}");
      await appendEach(log, topic, run(2, 6));
      expect(dataOf((await pageOf(log, topic, cursor)).entries)).toEqual(["2", "3", "4", "5", "6"]);
    },
  },
  {
    name: "ages a stateful topic only up to its snapshot",
    options: { retain: { age: 1_000 } },
    needs: ["advance"],
    async run({ log, advance }) {
      const first = await log.append(topic, events("a", "b"), { stateful: true });
      await log.append(topic, events("c"), { stateful: true });
      await advance(1_500);
      expect((await retained(log)).length).toBe(3);
      await log.saveSnapshot(topic, first.cursor, "{}");
      expect(dataOf((await pageOf(log, topic, first.cursor)).entries)).toEqual(['"c"']);
      expect(dataOf(await retained(log))).toEqual(['"c"']);
    },
  },
  {
    name: "never frees a stateful topic without a stateTtl",
    options: { retain: { age: 500 }, dedupe: { age: 500 }, idle: 500 },
    needs: ["advance"],
    async run({ log, advance }) {
      const saved = await log.append("state/saved", events("a"), { stateful: true });
      await log.saveSnapshot("state/saved", saved.cursor, "{}");
      const unsaved = await log.append("state/unsaved", events("a"), { stateful: true });
      for (let i = 0; i < 3; i += 1) {
        await advance(1_200);
        await appended(log, topic, run(i, i));
      }
      expect(await headOf(log, "state/saved")).toEqual(saved.cursor);
      expect((await snapshotOf(log, "state/saved"))?.data).toBe("{}");
      expect(await headOf(log, "state/unsaved")).toEqual(unsaved.cursor);
      expect((await retained(log, "state/unsaved")).length).toBe(1);
    },
  },
];
