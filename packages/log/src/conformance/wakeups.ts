import { expect } from "vitest";
import type { AppendedNow, Cursor, Log, LogEvent, Wakeup } from "../log.js";
import { dataOf, events, headOf, pageOf, run, topic, until } from "./helpers.js";
import type { LogCase } from "./log-case.js";

/** Batches of many sizes: some are too large for one wake-up. */
const batches: readonly LogEvent[][] = [
  ...run(1, 20).map((event) => [event]),
  run(21, 23),
  run(24, 323),
  events("x".repeat(300_000)),
  events("after"),
  run(400, 499),
  events("last"),
];

/** Appends the batches one by one, or all at once, from two processes. */
async function appendAll([log, peer]: readonly [Log, Log], atOnce: boolean): Promise<AppendedNow[]> {
  const appends: Promise<AppendedNow>[] = [];
  for (const [i, batch] of batches.entries()) {
    appends.push(appendNow(i % 2 ? log : peer, batch));
    if (!atOnce) await appends.at(-1);
  }
  return Promise.all(appends);
}

async function appendNow(log: Log, batch: readonly LogEvent[]): Promise<AppendedNow> {
  const answer = await log.append(topic, batch);
  return answer.duplicate ? expect.fail("a duplicate without a key") : answer;
}

const textOf = ({ epoch, offset, mark }: Cursor) => `${epoch}.${offset}.${mark}`;

export const wakeupCases: readonly LogCase[] = [
  {
    name: "reports every append once a watch is ready",
    async run({ log, peer }) {
      for (const [i, watching] of [log, peer, log].entries()) {
        let calls = 0;
        const watch = watching.watch(`${topic}${i}`, () => {
          calls += 1;
        });
        await watch.ready;
        await peer.append(`${topic}${i}`, events("a"));
        await until(() => calls > 0);
        watch.stop();
      }
    },
  },
  {
    name: "settles ready even if the watch was stopped first",
    async run({ log }) {
      let isSettled = false;
      const settle = () => {
        isSettled = true;
      };
      const watch = log.watch(topic, () => {});
      watch.stop();
      watch.ready.then(settle, settle);
      await until(() => isSettled);
    },
  },
  {
    name: "carries only entries that directly follow the cursor before them",
    options: { retain: { events: 50 } },
    async run({ log, peer }) {
      const wakeups: Wakeup[] = [];
      let calls = 0;
      const watch = log.watch(topic, (wakeup) => {
        calls += 1;
        if (wakeup) wakeups.push(wakeup);
      });
      await watch.ready;
      const answers = await appendAll([log, peer], false);
      answers.push(...(await appendAll([log, peer], true)));
      await log.trim(topic, await headOf(log));
      await peer.free(topic);
      answers.push(...(await appendAll([log, peer], true)));
      const before = calls;
      answers.push(await appendNow(peer, events("told of when all else is")));
      await until(() => calls > before);
      watch.stop();
      const following = new Map(
        answers.flatMap(({ before: start, entries }) =>
          entries.map((entry, i) => [textOf(entries[i - 1]?.cursor ?? start), entry]),
        ),
      );
      for (const { before: start, entries } of wakeups) {
        expect(entries.length).toBeGreaterThan(0);
        let at = start;
        for (const entry of entries) {
          expect(entry).toEqual(following.get(textOf(at)));
          at = entry.cursor;
        }
      }
    },
  },
  {
    name: "loses nothing for a reader that uses carried entries at its cursor, and reads otherwise",
    async run({ log, peer }) {
      for (const atOnce of [false, true]) {
        let { end } = await pageOf(log, topic, "oldest");
        const seen: string[] = [];
        let reading = Promise.resolve();
        let hasFailed = false;
        const take = async (wakeup?: Wakeup) => {
          const isHere = wakeup && textOf(wakeup.before) === textOf(end);
          const entries = isHere ? wakeup.entries : (await pageOf(log, topic, end)).entries;
          seen.push(...dataOf(entries));
          end = entries.at(-1)?.cursor ?? end;
        };
        const watch = log.watch(topic, (wakeup) => {
          reading = reading.then(() => take(wakeup));
          reading.catch(() => {
            hasFailed = true;
          });
        });
        await watch.ready;
        await appendAll([log, peer], atOnce);
        const { entries } = await pageOf(log, topic, "oldest");
        await until(() => hasFailed || seen.length >= entries.length);
        watch.stop();
        await reading;
        expect(seen).toEqual(dataOf(entries));
        await log.free(topic);
      }
    },
  },
];
