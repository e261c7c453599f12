import { expect } from "vitest";
import type { AppendOptions, LogEvent } from "../log.js";
import {
  appendEach,
  appended,
  cursorOf,
  dataOf,
  events,
  headOf,
  pageOf,
  read,
  retained,
  run,
  snapshotOf,
  topic,
} from "./helpers.js";
import type { LogCase } from "./log-case.js";

const oddNames = ["", "?", "a", "a?", "a?{}", "a:b", "a b", "A", "__proto__", "constructor", "toString", "日本", "🎉"];

export const orderCases: readonly LogCase[] = [
  {
    name: "treats a topic without entries as empty",
    async run({ log }) {
      const head = await headOf(log, topic);
      expect(head).toMatchObject({ offset: 0, mark: "0" });
      const page = { ok: true, entries: [], end: head, head };
      expect(await read(log, topic, "oldest", 10)).toEqual(page);
      expect(await read(log, topic, { last: 5 }, 10)).toEqual(page);
      expect(await read(log, topic, head, 10)).toEqual(page);
      expect(await snapshotOf(log, "scores/other")).toBeUndefined();
    },
  },
  {
    name: "keeps the epoch that the first call minted",
    async run({ log, peer }) {
      const { head } = await pageOf(log, "first/read", "oldest");
      expect((await log.append("first/read", events("a"))).cursor.epoch).toBe(head.epoch);
      const { epoch } = await headOf(peer, "first/head");
      await log.append("first/head", events("a"));
      expect((await pageOf(peer, "first/head", "oldest")).head.epoch).toBe(epoch);
      expect((await log.append("first/append", events("a"))).cursor.epoch).toBe(
        (await headOf(peer, "first/append")).epoch,
      );
    },
  },
  {
    name: "mints an epoch for each topic",
    async run({ log }) {
      const epochs = await Promise.all(oddNames.map(async (name) => (await headOf(log, name)).epoch));
      expect(new Set(epochs).size).toBe(oddNames.length);
    },
  },
  {
    name: "numbers each topic's entries from 1 without a gap",
    async run({ log }) {
      await appendEach(log, topic, run(1, 3));
      await log.append(topic, run(4, 6));
      await log.append("scores/other", run(1, 1));
      expect((await retained(log)).map((entry) => entry.cursor.offset)).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await headOf(log, "scores/other")).offset).toBe(1);
    },
  },
  {
    name: "reads entries in the order of their appends",
    async run({ log, peer }) {
      const numbers = run(1, 40);
      for (const [i, event] of numbers.entries()) await (i % 2 ? log : peer).append(topic, [event]);
      expect(dataOf(await retained(log))).toEqual(numbers.map((event) => event.data));
      expect(await retained(peer)).toEqual(await retained(log));
    },
  },
  {
    name: "applies appends that don't wait for each other in the order of their calls",
    async run({ log }) {
      const numbers = run(1, 60);
      const appending: Promise<unknown>[] = [];
      for (const [i, event] of numbers.entries()) {
        // Some are larger, have options or a topic of their own: an engine may treat them in another way.
        const size = i % 7 === 3 ? 100_000 : 1;
        const batch = [{ ...event, data: JSON.stringify("x".repeat(size)) }, event];
        const options = { ...(i % 3 === 0 && { idempotencyKey: `k${i}` }), ...(i % 5 === 0 && { record: String(i) }) };
        appending.push(log.append(topic, batch, options), log.append("scores/other", [event]));
        if (i % 10 === 9) await log.open(topic, { from: { last: 1 }, limit: 1 });
      }
      await Promise.all(appending);
      const order = numbers.map(({ data }) => data);
      expect(dataOf(await retained(log)).filter((_, i) => i % 2 === 1)).toEqual(order);
      expect(dataOf(await retained(log, "scores/other"))).toEqual(order);
    },
  },
  {
    name: "answers an append with the cursor of its last event",
    async run({ log }) {
      await log.append(topic, events("a"));
      const { cursor, duplicate } = await log.append(topic, events("b", "c"));
      expect(duplicate).toBe(false);
      expect(cursor).toEqual(await headOf(log, topic));
      expect(cursor).toEqual(cursorOf(await retained(log), 2));
    },
  },
  {
    name: "returns events unchanged, whatever their text",
    async run({ log }) {
      const odd = [
        '"é 日本 🎉"',
        '"\\ud800"',
        '"\u2028 \u007f"',
        '"\\u0000"',
        '""',
        "null",
        "a\0b\0",
        `"${"x".repeat(100_000)}"`,
      ];
      const batch = odd.map((data, i) => ({ type: i % 2 ? "größe 🎉" : "__proto__", data }));
      const entries = await appended(log, topic, batch);
      expect(entries.map(({ type, data }) => ({ type, data }))).toEqual(batch);
    },
  },
  {
    name: "refuses text that is not well-formed Unicode, and appends nothing",
    async run({ log }) {
      const lone = "a\ud800b";
      const bad: [LogEvent, AppendOptions][] = [
        [{ type: lone, data: "1" }, {}],
        [{ type: "goal", data: lone }, {}],
        [{ type: "goal", data: "1" }, { idempotencyKey: lone }],
        [{ type: "goal", data: "1" }, { record: lone }],
        [{ type: "goal", data: "1" }, { lease: { ttl: 1, holder: lone } }],
      ];
      for (const [event, options] of bad) {
        await expect(log.append(topic, [...events("a"), event], options)).rejects.toThrow(TypeError);
      }
      await expect(log.acquire(topic, { ttl: 1_000, holder: lone })).rejects.toThrow(TypeError);
      await expect(log.saveSnapshot(topic, await headOf(log, topic), lone)).rejects.toThrow(TypeError);
      expect(await retained(log)).toEqual([]);
    },
  },
  {
    name: "keeps topics with odd names apart",
    async run({ log }) {
      for (const name of oddNames) await log.append(name, events(name));
      for (const name of oddNames) {
        expect(dataOf(await retained(log, name))).toEqual([JSON.stringify(name)]);
        expect(await log.saveSnapshot(name, await headOf(log, name), name)).toBe(true);
      }
      for (const name of oddNames) expect((await snapshotOf(log, name))?.data).toBe(name);
    },
  },
  {
    name: "forms cursors that fit into a header",
    async run({ log }) {
      for (const { cursor } of await appended(log, topic, events("a", "é", "🎉"))) {
        expect(cursor.epoch).toMatch(/^[0-9A-Za-z_-]{8,48}$/);
        expect(cursor.mark).toMatch(/^[0-9A-Za-z_-]{8,48}$/);
      }
    },
  },
  {
    name: "gives entries times that never go back",
    async run({ log }) {
      await appendEach(log, topic, run(1, 5));
      const times = (await retained(log)).map((entry) => entry.time);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      // Clocks of an engine's host and of this process may differ, but not by days.
      for (const time of times) expect(Math.abs(time - Date.now())).toBeLessThan(48 * 3_600_000);
    },
  },
  {
    name: "ignores changes of an event after the append call",
    async run({ log }) {
      const batch = [{ type: "goal", data: "1" }];
      const appending = log.append(topic, batch);
      batch.splice(0, 1, { type: "goal", data: "2" });
      await appending;
      for (const event of batch) event.data = "3";
      expect(dataOf(await retained(log))).toEqual(["1"]);
    },
  },
];
