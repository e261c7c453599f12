import { expect } from "vitest";
import type { ReadFrom } from "../log.js";
import { appended, cursorOf, dataOf, pageOf, read, run, topic } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const openCases: readonly LogCase[] = [
  {
    name: "sends no snapshot without being asked",
    async run({ log, peer }) {
      const entries = await appended(log, topic, run(1, 6));
      await log.append(topic, run(7, 8), { record: "r" });
      expect(await log.saveSnapshot(topic, cursorOf(entries, 3), "saved")).toBe(true);
      await log.trim(topic, cursorOf(entries, 1));
      const places: ReadFrom[] = ["oldest", { last: 3 }, cursorOf(entries, 1), cursorOf(entries, 4)];
      const gaps = [cursorOf(entries, 0), { ...cursorOf(entries, 4), mark: "x" }];
      for (const from of [...places, ...gaps]) {
        for (const limit of [0, 2, 100]) {
          const opened = await peer.open(topic, { from, limit });
          expect(opened.page.ok).toBe(places.includes(from));
          expect([opened.snapshot, opened.afterSnapshot]).toEqual([undefined, undefined]);
        }
      }
    },
  },
  {
    name: "opens at the last saved snapshot, or at the oldest entry without one",
    async run({ log, peer }) {
      const empty = await log.open(topic, { from: "snapshot", limit: 10 });
      expect(empty).toMatchObject({ page: { ok: true, entries: [], end: { offset: 0, mark: "0" } } });
      const entries = await appended(log, topic, run(1, 6));
      expect(empty.page.head.epoch).toBe(cursorOf(entries, 0).epoch);
      const unsaved = await peer.open(topic, { from: "snapshot", limit: 4 });
      expect(unsaved.snapshot).toBeUndefined();
      expect(unsaved.page).toEqual(await read(log, topic, "oldest", 4));
      expect(await log.saveSnapshot(topic, cursorOf(entries, 2), "saved")).toBe(true);
      const saved = await peer.open(topic, { from: "snapshot", limit: 2 });
      expect(saved.snapshot).toEqual({ cursor: cursorOf(entries, 2), data: "saved" });
      expect(saved.page).toEqual(await read(log, topic, cursorOf(entries, 2), 2));
    },
  },
  {
    name: "answers a gap with the snapshot and the entries after it, if requested and available",
    async run({ log, peer }) {
      const entries = await appended(log, topic, run(1, 6));
      await log.trim(topic, cursorOf(entries, 1));
      const asked = { from: cursorOf(entries, 0), limit: 2, snapshotOnGap: true };
      expect(await log.open(topic, asked)).toEqual({ page: await read(log, topic, asked.from, 2) });
      expect(await log.saveSnapshot(topic, cursorOf(entries, 3), "saved")).toBe(true);
      expect(await peer.open(topic, asked)).toEqual({
        page: await read(log, topic, asked.from, 2),
        snapshot: { cursor: cursorOf(entries, 3), data: "saved" },
        afterSnapshot: await read(log, topic, cursorOf(entries, 3), 2),
      });
      const { page, snapshot } = await peer.open(topic, { ...asked, from: cursorOf(entries, 2) });
      expect([page.ok, snapshot]).toEqual([true, undefined]);
    },
  },
  {
    name: "opens atomically: a newer snapshot and its trim leave no gap after the opened snapshot",
    options: { retain: { events: 1 } },
    async run({ log, peer }) {
      await log.append(topic, run(1, 1), { stateful: true });
      for (let n = 2; n <= 40; n += 1) {
        const opening = log.open(topic, { from: "snapshot", limit: 10 });
        const { cursor } = await peer.append(topic, run(n, n), { stateful: true });
        await peer.saveSnapshot(topic, cursor, String(n));
        const { page, snapshot } = await opening;
        expect(page.ok).toBe(true);
        expect(page.ok && page.end.offset - page.entries.length).toBe(snapshot?.cursor.offset ?? 0);
      }
      expect(dataOf((await pageOf(log, topic, "oldest")).entries).length).toBeLessThanOrEqual(1);
    },
  },
];
