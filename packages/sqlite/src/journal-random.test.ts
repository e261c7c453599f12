import type { Cursor, Log } from "@sluice/log";
import { memoryLog } from "@sluice/log";
import { expect, it, onTestFinished } from "vitest";
import { type Random, seededRandom } from "../../log/src/conformance/seeded-random.js";
import { driver } from "./drivers.test-kit.js";
import { smallJournal, tinyJournal } from "./harness.test-kit.js";
import { type JournalLimits, journalLimits } from "./journal/limits.js";
import { aFile } from "./opened.test-kit.js";
import { openStepped, type Stepped } from "./stepped.test-kit.js";

const seeds = Number(process.env["SLUICE_SEEDS"] ?? (process.env["SLUICE_LONG_FAULTS"] ? 60 : 3));
const steps = 250;
const topics = ["a", "b", "c", "d", "e"];
const settings = { retain: { events: 12, bytes: 8_000, age: 5_000 }, dedupe: { keys: 6, age: 20_000 }, idle: 1e9 };

interface Process {
  readonly log: Log;
  step: Stepped["step"];
  /** Meanwhile nothing is committed. */
  failing<T>(work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

function openProcess(path: string, limits: JournalLimits, now: () => number): Process {
  const real = driver.open(path);
  let [isFailing, isWriting] = [false, false];
  const database = {
    prepare: (sql: string) => real.prepare(sql),
    close: () => real.close(),
    exec(sql: string) {
      if (sql.startsWith("BEGIN")) isWriting = sql === "BEGIN IMMEDIATE";
      if (sql !== "COMMIT" || !isFailing || !isWriting) return real.exec(sql);
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL", errcode: 13 });
    },
  };
  const { file, log, step } = openStepped(database, { ...settings, now }, limits);
  return {
    log,
    step,
    async failing(work) {
      isFailing = true;
      try {
        return await work();
      } finally {
        isFailing = false;
      }
    },
    async end() {
      await file.close();
      real.close();
    },
  };
}

const isEmpty = (page: { readonly head: Cursor }) => page.head.offset === 0;

/** What readers see, but for epochs, which are by chance. */
async function seen(log: Log, topic: string) {
  const { page, snapshot } = await log.open(topic, { from: "oldest", limit: 1_000 });
  if (!page.ok) expect.fail("a gap");
  const saved = (await log.open(topic, { from: "snapshot", limit: 0 })).snapshot ?? snapshot;
  return {
    entries: page.entries.map(({ cursor: { offset, mark }, type, data, time }) => ({ offset, mark, type, data, time })),
    head: [page.head.offset, page.head.mark],
    end: [page.end.offset, page.end.mark],
    record: page.record,
    saved: saved && [saved.cursor.offset, saved.cursor.mark, saved.data],
  };
}

async function run(seed: number, limits: JournalLimits): Promise<void> {
  const random = seededRandom(seed);
  let time = 1_000_000;
  const now = () => time;
  const path = aFile();
  const model = memoryLog({ ...settings, now });
  const processes = [0, 1, 2].map(() => openProcess(path, limits, now));
  onTestFinished(async () => void (await Promise.all(processes.map((each) => each.end()))));
  let keys = 0;
  /** The last keys of each topic, which are surely remembered. */
  const recent = new Map<string, string[]>();

  const someEvents = () =>
    Array.from({ length: 1 + random.below(3) }, () => ({
      type: random.pick(["x", "ye\0s"]),
      data: `${random.below(9)}`.padEnd(random.pick([1, 20, 200, 2_000, 6_000]), 'é\u0001 "'),
    }));

  async function append(process: Process, topic: string) {
    const own = recent.get(topic) ?? [];
    const isRetry = random.below(4) === 0 && own.length > 0;
    const key = isRetry ? random.pick(own.slice(-4)) : random.below(3) === 0 ? undefined : `key ${keys++}`;
    const options = {
      ...(key !== undefined && { idempotencyKey: key }),
      ...(random.below(12) === 0 && { record: `${random.below(99)}` }),
      ...(topic === "d" && { stateful: true }),
      ...(topic === "e" && { ttl: 4_000 }),
      ...(topic === "b" && { retain: { events: 300, bytes: 100_000 } }),
      ...(topic === "c" && { retain: { events: 3 } }),
    };
    const events = someEvents();
    if (random.below(10) === 0) {
      const failed = process.failing(() => process.log.append(topic, events, options));
      await expect(failed).rejects.toMatchObject({ code: "unavailable" });
      if (random.below(2)) return;
    }
    const [answer, expected] = [
      await process.log.append(topic, events, options),
      await model.append(topic, events, options),
    ];
    expect([answer.duplicate, answer.cursor.offset, answer.cursor.mark]).toEqual([
      expected.duplicate,
      expected.cursor.offset,
      expected.cursor.mark,
    ]);
    if (key !== undefined && !isRetry) recent.set(topic, [...own.slice(-5), key]);
  }

  async function placeIn(topic: string, rand: Random) {
    const places = await Promise.all(
      [processes[0]?.log, model].map(async (log) => (log as Log).open(topic, { from: "oldest", limit: 99 })),
    );
    const [own, other] = places.map(({ page }) =>
      page.ok ? [page.end, ...page.entries.map(({ cursor }) => cursor)] : [],
    );
    const index = rand.below(own?.length ?? 1);
    return [own?.[index] as Cursor, other?.[index] as Cursor] as const;
  }

  for (let step = 0; step < steps; step += 1) {
    const [number, topic] = [random.below(processes.length), random.pick(topics)];
    const process = processes[number] as Process;
    try {
      switch (random.below(24)) {
        case 0: {
          const [at, modelAt] = await placeIn(topic, random);
          await Promise.all([process.log.trim(topic, at), model.trim(topic, modelAt)]);
          break;
        }
        case 1: {
          const [at, modelAt] = await placeIn(topic, random);
          const saved = [
            await process.log.saveSnapshot(topic, at, "{}"),
            await model.saveSnapshot(topic, modelAt, "{}"),
          ];
          expect(saved[0]).toBe(saved[1]);
          break;
        }
        case 2:
          if (random.below(3) === 0) {
            await Promise.all([process.log.free(topic), model.free(topic)]);
            recent.delete(topic);
          }
          break;
        case 3:
          time += random.pick([1, 500, 3_000]);
          break;
        case 4:
          if (random.below(6) === 0) time += 30_000;
          break;
        case 5:
          for (let i = 0; i < 3; i += 1) await process.step();
          break;
        case 6:
          await process.end();
          processes[number] = openProcess(path, limits, now);
          break;
        case 7: {
          // Several of one turn are one transaction, which fails as a whole.
          const failed = await process.failing(() => {
            const all = topics.map((each) =>
              process.log.append(each, someEvents(), { idempotencyKey: `failed ${step}` }),
            );
            return Promise.allSettled([...all, random.below(2) ? process.log.free(topic) : undefined]);
          });
          expect(failed.slice(0, topics.length).every(({ status }) => status === "rejected")).toBe(true);
          break;
        }
        default:
          await append(process, topic);
      }
      const reader = random.pick(processes).log;
      const looked = random.pick(topics);
      const [own, expected] = [await seen(reader, looked), await seen(model, looked)];
      expect(own).toEqual(expected);
      const key = random.pick(recent.get(looked)?.slice(-3) ?? ["none"]);
      const found = [await reader.findAppend(looked, key), await model.findAppend(looked, key)];
      if (found[1]) expect(found[0]?.offset).toBe(found[1].offset);
      const { page } = await reader.open(looked, { from: "oldest", limit: 99 });
      if (page.ok && !isEmpty(page)) {
        // From each place, readers go on with what is after it.
        const at = random.below(page.entries.length + 1);
        const from = at === 0 ? page.end : (page.entries[at - 1]?.cursor as Cursor);
        if (at > 0) {
          const after = await reader.open(looked, { from, limit: 99 });
          expect(after.page).toMatchObject({ ok: true, entries: page.entries.slice(at) });
        }
      }
    } catch (error) {
      throw new Error(`seed ${seed}, step ${step}: ${(error as Error).message}`, { cause: error });
    }
  }
  for (const topic of topics)
    for (const { log } of processes) expect(await seen(log, topic)).toEqual(await seen(model, topic));
}

const journals: readonly [string, JournalLimits][] = [
  ["a tiny journal", tinyJournal],
  ["a small journal", smallJournal],
  ["a journal that moves nothing by itself", journalLimits],
];

it.each(journals)(
  "three processes with %s say what a log in memory says",
  { timeout: 15_000 * seeds },
  async (_, limits) => {
    for (let seed = 1; seed <= seeds; seed += 1) await run(seed, limits);
  },
);
