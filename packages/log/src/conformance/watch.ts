import { expect, vi } from "vitest";
import type { Watch } from "../log.js";
import { dataOf, events, headOf, pageOf, run, topic, until } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const watchCases: readonly LogCase[] = [
  {
    name: "calls a watcher for every append, from any process",
    async run({ log, peer }) {
      let calls = 0;
      const watch = log.watch(topic, () => {
        calls += 1;
      });
      await watch.ready;
      for (const writer of [log, peer, log, peer]) {
        const before = calls;
        await writer.append(topic, events("a"));
        await until(() => calls > before);
      }
      watch.stop();
    },
  },
  {
    name: "lets a reader that reads at every call reach the head",
    async run({ log, peer }) {
      const seen: string[] = [];
      let { end } = await pageOf(log, topic, "oldest");
      let reading = Promise.resolve();
      let hasFailed = false;
      const readOn = async () => {
        const page = await pageOf(log, topic, end);
        seen.push(...dataOf(page.entries));
        end = page.end;
      };
      const watch = log.watch(topic, () => {
        reading = reading.then(readOn);
        reading.catch(() => {
          hasFailed = true;
        });
      });
      await watch.ready;
      await Promise.all(run(1, 50).map((event, i) => (i % 2 ? log : peer).append(topic, [event])));
      await until(() => hasFailed || seen.length === 50);
      watch.stop();
      await reading;
      expect(seen).toEqual(dataOf((await pageOf(log, topic, "oldest")).entries));
    },
  },
  {
    name: "has an append readable when it calls a watcher",
    async run({ log }) {
      const heads: Promise<number>[] = [];
      const watch = log.watch(topic, () => heads.push(headOf(log, topic).then((head) => head.offset)));
      await watch.ready;
      await log.append(topic, events("a", "b"));
      await until(() => heads.length > 0);
      watch.stop();
      expect(await heads.at(-1)).toBe(2);
    },
  },
  {
    name: "stops one watcher and no other",
    async run({ log }) {
      const calls = { stopped: 0, kept: 0, twice: 0 };
      const twice = () => {
        calls.twice += 1;
      };
      const watches = [log.watch(topic, () => calls.stopped++), log.watch(topic, twice), log.watch(topic, twice)];
      const kept = log.watch(topic, () => calls.kept++);
      await Promise.all([...watches, kept].map(({ ready }) => ready));
      watches[0]?.stop();
      watches[0]?.stop();
      // The same function watched twice: stopping one leaves the other.
      watches[1]?.stop();
      watches[1]?.stop();
      await log.append(topic, events("a"));
      await until(() => calls.kept > 0 && calls.twice > 0);
      expect(calls.stopped).toBe(0);
      const before = calls.twice;
      watches[2]?.stop();
      await log.append(topic, events("b"));
      await until(() => calls.kept > 1);
      expect(calls.twice).toBe(before);
      kept.stop();
    },
  },
  {
    name: "lets watchers stop, start and append during a call",
    async run({ log }) {
      const watches: Watch[] = [];
      const calls = { once: 0, late: 0, last: 0 };
      const late = () => {
        calls.late += 1;
      };
      const once = () => {
        calls.once += 1;
        for (const watch of watches.splice(0)) watch.stop();
        const watch = log.watch(topic, late);
        watches.push(watch);
        if (calls.once === 1) void watch.ready.then(() => log.append(topic, events("b")));
      };
      watches.push(log.watch(topic, once), log.watch(topic, once));
      const lastWatch = log.watch(topic, () => calls.last++);
      await Promise.all([...watches, lastWatch].map(({ ready }) => ready));
      await log.append(topic, events("a"));
      await until(() => calls.late > 0 && calls.last > 0);
      expect(calls.once).toBe(1);
      for (const watch of [...watches, lastWatch]) watch.stop();
    },
  },
  {
    name: "protects an append and other watchers from a watcher that throws",
    async run({ log }) {
      const report = vi.spyOn(console, "error").mockImplementation(() => {});
      let calls = 0;
      const watches = [
        log.watch(topic, () => {
          throw new Error("a watcher's own fault");
        }),
        log.watch(topic, () => calls++),
      ];
      try {
        await Promise.all(watches.map(({ ready }) => ready));
        for (const expected of [1, 2, 3]) {
          const before = calls;
          expect((await log.append(topic, events("a"))).cursor.offset).toBe(expected);
          await until(() => calls > before);
        }
        expect(report).toHaveBeenCalled();
      } finally {
        report.mockRestore();
        for (const watch of watches) watch.stop();
      }
    },
  },
];
