import { expect } from "vitest";
import { appended, cursorOf, events, headOf, run, snapshotOf, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const snapshotCases: readonly LogCase[] = [
  {
    name: "loads the last saved snapshot",
    async run({ log, peer }) {
      const start = await headOf(log, topic);
      expect(await snapshotOf(log, topic)).toBeUndefined();
      expect(await log.saveSnapshot(topic, start, "initial")).toBe(true);
      expect(await snapshotOf(peer, topic)).toEqual({ cursor: start, data: "initial" });
      const entries = await appended(log, topic, run(1, 3));
      const data = JSON.stringify({ text: "é 日本 🎉", long: "x".repeat(100_000) });
      expect(await peer.saveSnapshot(topic, cursorOf(entries, 1), data)).toBe(true);
      expect(await snapshotOf(log, topic)).toEqual({ cursor: cursorOf(entries, 1), data });
    },
  },
  {
    name: "refuses a snapshot that is not after the saved one",
    async run({ log, peer }) {
      const entries = await appended(log, topic, run(1, 3));
      expect(await log.saveSnapshot(topic, cursorOf(entries, 1), "first")).toBe(true);
      expect(await peer.saveSnapshot(topic, cursorOf(entries, 1), "same")).toBe(false);
      expect(await log.saveSnapshot(topic, cursorOf(entries, 0), "older")).toBe(false);
      expect(await snapshotOf(log, topic)).toEqual({ cursor: cursorOf(entries, 1), data: "first" });
      expect(await log.saveSnapshot(topic, cursorOf(entries, 2), "newer")).toBe(true);
    },
  },
  {
    name: "refuses a snapshot at a cursor of another history",
    async run({ log }) {
      const entries = await appended(log, topic, run(1, 4));
      const other = await appended(log, "scores/other", run(1, 4));
      const [first, third] = [cursorOf(entries, 0), cursorOf(entries, 2)];
      await log.trim(topic, cursorOf(entries, 1));
      const bad = [cursorOf(other, 2), { ...third, offset: 5 }, { ...third, mark: first.mark }, first];
      for (const cursor of bad) expect(await log.saveSnapshot(topic, cursor, "{}")).toBe(false);
      expect(await log.saveSnapshot("scores/third", third, "{}")).toBe(false);
      expect(await snapshotOf(log, topic)).toBeUndefined();
      expect(await log.saveSnapshot(topic, cursorOf(entries, 1), "{}")).toBe(true);
    },
  },
  {
    name: "lets only one of many writers save at a cursor",
    async run({ log, peer }) {
      const { cursor } = await log.append(topic, events("a"));
      const writers = Array.from({ length: 8 }, (_, i) => (i % 2 ? log : peer).saveSnapshot(topic, cursor, `${i}`));
      const saved = await Promise.all(writers);
      expect(saved.filter(Boolean).length).toBe(1);
      expect((await snapshotOf(log, topic))?.data).toBe(`${saved.indexOf(true)}`);
    },
  },
];
