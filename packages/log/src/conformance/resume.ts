import { expect } from "vitest";
import type { Cursor } from "../log.js";
import {
  appended,
  cursorOf,
  dataOf,
  events,
  expectGap,
  headOf,
  pageOf,
  read,
  retained,
  run,
  topic,
} from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const resumeCases: readonly LogCase[] = [
  {
    name: "resumes from every cursor that it returned",
    async run({ log }) {
      const start = await headOf(log, topic);
      const entries = await appended(log, topic, run(1, 20));
      for (const [i, cursor] of [start, ...entries.map((entry) => entry.cursor)].entries()) {
        expect((await pageOf(log, topic, cursor)).entries).toEqual(entries.slice(i));
      }
    },
  },
  {
    name: "resumes from the beginning of a topic without entries, after its watcher has stopped",
    async run({ log, peer }) {
      const watch = log.watch(topic, () => {});
      await watch.ready;
      const start = await headOf(log, topic);
      watch.stop();
      for (let i = 0; i < 100; i += 1) await headOf(log, `scores/other?${i}`);
      expect((await pageOf(peer, topic, start)).entries).toEqual([]);
      await peer.append(topic, events("a", "b"));
      expect(dataOf((await pageOf(log, topic, start)).entries)).toEqual(['"a"', '"b"']);
    },
  },
  {
    name: "resumes from the cursor before the oldest entry",
    async run({ log }) {
      const entries = await appended(log, topic, run(1, 5));
      await log.trim(topic, cursorOf(entries, 2));
      expect(dataOf((await pageOf(log, topic, cursorOf(entries, 2))).entries)).toEqual(["4", "5"]);
    },
  },
  {
    name: "resumes from the head of a completely trimmed topic",
    async run({ log }) {
      const { cursor } = await log.append(topic, run(1, 5));
      await log.trim(topic, cursor);
      expect(await read(log, topic, cursor, 10)).toEqual({ ok: true, entries: [], end: cursor, head: cursor });
      await log.append(topic, events("next"));
      expect(dataOf((await pageOf(log, topic, cursor)).entries)).toEqual(['"next"']);
    },
  },
  {
    name: "reports a gap to a reader whose cursor was trimmed",
    async run({ log }) {
      const start = await headOf(log, topic);
      const entries = await appended(log, topic, run(1, 5));
      await log.trim(topic, cursorOf(entries, 2));
      await expectGap(log, topic, start, "trimmed");
      await expectGap(log, topic, cursorOf(entries, 0), "trimmed");
      await expectGap(log, topic, cursorOf(entries, 1), "trimmed");
      await log.trim(topic, cursorOf(entries, 4));
      await expectGap(log, topic, cursorOf(entries, 3), "trimmed");
    },
  },
  {
    name: "refuses a cursor of another epoch",
    async run({ log }) {
      const [mine, other] = [await appended(log, topic, run(1, 3)), await appended(log, "scores/other", run(1, 3))];
      await expectGap(log, topic, cursorOf(other, 1), "epoch");
      await expectGap(log, topic, cursorOf(other, 2), "epoch");
      await expectGap(log, topic, { epoch: "", offset: 0, mark: "0" }, "epoch");
      await expectGap(log, "scores/third", cursorOf(mine, 0), "epoch");
      await log.trim(topic, cursorOf(mine, 2));
      await expectGap(log, topic, cursorOf(other, 2), "epoch");
    },
  },
  {
    name: "refuses a cursor beyond the head",
    async run({ log }) {
      const { cursor } = await log.append(topic, run(1, 3));
      await expectGap(log, topic, { ...cursor, offset: 4 }, "diverged");
      await expectGap(log, topic, { ...cursor, offset: 2 ** 52 }, "diverged");
      const fresh = await headOf(log, "scores/other");
      await expectGap(log, "scores/other", { ...fresh, offset: 1 }, "diverged");
    },
  },
  {
    name: "refuses a cursor with another mark",
    async run({ log }) {
      const start = await headOf(log, topic);
      const entries = await appended(log, topic, run(1, 5));
      for (const wrong of ["0", "", "x".repeat(12), cursorOf(entries, 2).mark]) {
        await expectGap(log, topic, { ...cursorOf(entries, 1), mark: wrong }, "diverged");
        await expectGap(log, topic, { ...cursorOf(entries, 4), mark: wrong }, "diverged");
      }
      await expectGap(log, topic, { ...start, mark: cursorOf(entries, 0).mark }, "diverged");
      await log.trim(topic, cursorOf(entries, 2));
      await expectGap(log, topic, { ...cursorOf(entries, 2), mark: cursorOf(entries, 3).mark }, "diverged");
      await log.trim(topic, cursorOf(entries, 4));
      await expectGap(log, topic, { ...cursorOf(entries, 4), mark: cursorOf(entries, 3).mark }, "diverged");
    },
  },
  {
    name: "refuses invalid offsets",
    async run({ log }) {
      const { cursor } = await log.append(topic, run(1, 3));
      for (const offset of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60]) {
        await expectGap(log, topic, { ...cursor, offset }, "diverged");
        const strange: Cursor = { ...cursor, offset };
        expect(await log.saveSnapshot(topic, strange, "{}")).toBe(false);
        await log.trim(topic, strange);
      }
      expect((await retained(log)).length).toBe(3);
    },
  },
  {
    name: "marks equal events differently after different histories",
    async run({ log }) {
      const entries = await appended(log, topic, events("same", "same", "same"));
      expect(new Set(entries.map((entry) => entry.cursor.mark)).size).toBe(3);
    },
  },
];
