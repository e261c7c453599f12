import { expect, vi } from "vitest";
import { dataOf, events, pageOf, run, topic, until } from "./helpers.js";
import type { LogCase } from "./log-case.js";

export const watchCases: readonly LogCase[] = [
  {
    name: "tells a watcher of every append, from whatever process",
    async run({ log, peer }) {
      let calls = 0;
      const stop = log.watch(topic, () => {
        calls += 1;
      });
      for (const writer of [log, peer, log, peer]) {
        const before = calls;
        await writer.append(topic, events("a"));
        await until(() => calls > before);
      }
      stop();
    },
  },
  {
    name: "lets a reader that reads on at every call reach the head",
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
      const stop = log.watch(topic, () => {
        reading = reading.then(readOn);
        reading.catch(() => {
          hasFailed = true;
        });
      });
      await Promise.all(run(1, 50).map((event, i) => (i % 2 ? log : peer).append(topic, [event])));
      await until(() => hasFailed || seen.length === 50);
      stop();
      await reading;
      expect(seen).toEqual(dataOf((await pageOf(log, topic, "oldest")).entries));
    },
  },
  {
    name: "shows a watcher the append that it is told of",
    async run({ log }) {
      const heads: Promise<number>[] = [];
      const stop = log.watch(topic, () => heads.push(log.head(topic).then((head) => head.offset)));
      await log.append(topic, events("a", "b"));
      await until(() => heads.length > 0);
      stop();
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
      const stops = [log.watch(topic, () => calls.stopped++), log.watch(topic, twice), log.watch(topic, twice)];
      const stopKept = log.watch(topic, () => calls.kept++);
      stops[0]?.();
      stops[0]?.();
      // The same function watched twice: stopping one leaves the other.
      stops[1]?.();
      stops[1]?.();
      await log.append(topic, events("a"));
      await until(() => calls.kept > 0 && calls.twice > 0);
      expect(calls.stopped).toBe(0);
      const before = calls.twice;
      stops[2]?.();
      await log.append(topic, events("b"));
      await until(() => calls.kept > 1);
      expect(calls.twice).toBe(before);
      stopKept();
    },
  },
  {
    name: "lets watchers stop, start and append while they are told",
    async run({ log }) {
      const stops: (() => void)[] = [];
      const calls = { once: 0, late: 0, last: 0 };
      const late = () => {
        calls.late += 1;
      };
      const once = () => {
        calls.once += 1;
        for (const stop of stops.splice(0)) stop();
        stops.push(log.watch(topic, late));
        if (calls.once === 1) void log.append(topic, events("b"));
      };
      stops.push(log.watch(topic, once), log.watch(topic, once));
      const stopLast = log.watch(topic, () => calls.last++);
      await log.append(topic, events("a"));
      await until(() => calls.late > 0 && calls.last > 0);
      expect(calls.once).toBe(1);
      for (const stop of [...stops, stopLast]) stop();
    },
  },
  {
    name: "keeps an append and the other watchers safe from one that throws",
    async run({ log }) {
      const report = vi.spyOn(console, "error").mockImplementation(() => {});
      let calls = 0;
      const stops = [
        log.watch(topic, () => {
          throw new Error("a watcher's own fault");
        }),
        log.watch(topic, () => calls++),
      ];
      try {
        for (const expected of [1, 2, 3]) {
          const before = calls;
          expect((await log.append(topic, events("a"))).position.offset).toBe(expected);
          await until(() => calls > before);
        }
        expect(report).toHaveBeenCalled();
      } finally {
        report.mockRestore();
        for (const stop of stops) stop();
      }
    },
  },
];
