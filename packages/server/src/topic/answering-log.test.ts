// It counts the timers of the whole process, so it has one of its own:
// @vitest-environment-options {"process":"own"}

import { type Log, LogError, memoryLog } from "@sluice/log";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answeringLog, answerTimeout, publishersLog } from "./answering-log.js";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

const topic = "feed";
const cursor = { epoch: "e", offset: 0, mark: "0" };
const lease = { topic, epoch: "e", token: 1, holder: "h", ttl: 1_000 };
const tick = { type: "tick", data: "1" };

type Ask = (log: Required<Log>) => Promise<unknown>;
const reads: [name: keyof Log, ask: Ask][] = [
  ["open", (log) => log.open(topic, { from: "oldest", limit: 1 })],
  ["findAppend", (log) => log.findAppend(topic, "k")],
  ["watch", (log) => log.watch(topic, () => {}).ready],
];
const writes: typeof reads = [
  ["append", (log) => log.append(topic, [tick])],
  ["saveSnapshot", (log) => log.saveSnapshot(topic, cursor, "1")],
  ["trim", (log) => log.trim(topic, cursor)],
  ["acquire", (log) => log.acquire(topic, { ttl: 1_000 })],
  ["renew", (log) => log.renew(lease)],
  ["release", (log) => log.release(lease)],
  ["free", (log) => log.free(topic)],
  ["close", (log) => log.close()],
];

/** A log that answers as `answer` says, whatever it is asked. */
const logOf = (answer: () => Promise<unknown>): Log =>
  new Proxy({} as Log, {
    get: (_log, name) => (name === "watch" ? () => ({ ready: answer(), stop() {} }) : answer),
  });
const silent = () => new Promise<never>(() => {});
const outcome = (asked: Promise<unknown>) => {
  const seen: { error?: unknown; answer?: unknown } = {};
  asked.then(
    (answer) => Object.assign(seen, { answer }),
    (error) => Object.assign(seen, { error }),
  );
  return seen;
};

it.each([
  ...reads.map((each) => [...each, "unavailable"] as const),
  ...writes.map((each) => [...each, "unknown"] as const),
])("a call of %s that is never answered fails after 5 s, as if the store were away", async (name, ask, code) => {
  const seen = outcome(ask(answeringLog(logOf(silent)) as Required<Log>));
  await vi.advanceTimersByTimeAsync(answerTimeout - 1);
  expect(seen).toEqual({});
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual({ error: new LogError(code, `The log has not answered ${name}() for 5000 ms.`) });
});

it.each([...reads, ...writes])("a call of %s has the engine's answer, or its error", async (_name, ask) => {
  const answer = {};
  expect(await ask(answeringLog(logOf(async () => answer)) as Required<Log>)).toBe(answer);
  const error = new LogError("unavailable", "away");
  await expect(ask(answeringLog(logOf(() => Promise.reject(error))) as Required<Log>)).rejects.toBe(error);
  const thrown = () => {
    throw error;
  };
  if (_name !== "watch") await expect(ask(answeringLog(logOf(thrown as never)) as Required<Log>)).rejects.toBe(error);
});

it("each call has its own 5 s, and an answer that comes later is ignored", async () => {
  const answers: ((answer: unknown) => void)[] = [];
  const log = answeringLog(logOf(() => new Promise((resolve) => answers.push(resolve))));
  const all = [];
  for (let i = 0; i < 3; i++) {
    all.push(outcome(log.findAppend(topic, `${i}`)));
    await vi.advanceTimersByTimeAsync(2_000);
  }
  expect(all.map(({ error }) => error !== undefined)).toEqual([true, false, false]);
  answers[0]?.(1);
  answers[1]?.(2);
  await vi.advanceTimersByTimeAsync(answerTimeout);
  expect(all.map(({ error, answer }) => (error ? "failed" : answer))).toEqual(["failed", 2, "failed"]);
  expect(vi.getTimerCount()).toBe(0);
});

it("once it is closed, it leaves no timer", async () => {
  const log = answeringLog(memoryLog());
  await log.append(topic, [tick]);
  expect(vi.getTimerCount()).toBe(1);
  await log.close?.();
  expect(vi.getTimerCount()).toBe(0);
});

it("once it is closed, it leaves no timer behind what is answered later, either", async () => {
  let resolve: (value: undefined) => void = () => {};
  const promise = new Promise<undefined>((done) => {
    resolve = done;
  });
  const log = answeringLog({ ...memoryLog(), findAppend: () => promise });
  const late = log.findAppend(topic, "k");
  await log.close?.();
  resolve(undefined);
  await late;
  expect(vi.getTimerCount()).toBe(0);
});

it.each([
  ["a page", (lost: object) => ({ page: lost })],
  ["what follows a snapshot", (lost: object) => ({ page: { ok: false }, afterSnapshot: lost })],
])(
  "%s without entries before the head is an error: whoever reads on would never come to its end",
  async (_what, opened) => {
    const lost = { ok: true, entries: [], end: cursor, head: { ...cursor, offset: 7 } };
    const log = answeringLog(logOf(async () => opened(lost)));
    await expect(log.open(topic, { from: cursor, limit: 512 })).rejects.toEqual(
      new LogError("unavailable", 'The log has lost the entries 1 to 7 of "feed". Delete the topic to begin anew.'),
    );
    expect(await log.open(topic, { from: cursor, limit: 0 })).toEqual(opened(lost));
  },
);

it("leaves the appends of publishers to their own deadlines", async () => {
  const seen = outcome(publishersLog(answeringLog(logOf(silent)), logOf(silent)).append(topic, [tick]));
  await vi.advanceTimersByTimeAsync(10 * answerTimeout);
  expect(seen).toEqual({});
});

it("its watch is told what is appended until it is stopped", async () => {
  const inner = memoryLog();
  const log = answeringLog(inner);
  const told = vi.fn();
  const watch = log.watch(topic, told);
  await watch.ready;
  await log.append(topic, [tick]);
  expect(told).toHaveBeenCalledTimes(1);
  watch.stop();
  await log.append(topic, [tick]);
  expect(told).toHaveBeenCalledTimes(1);
});
