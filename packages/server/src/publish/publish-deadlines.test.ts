// It counts the timers of the whole process, so it has one of its own:
// @vitest-environment-options {"process":"own"}

import { defineContract, SluiceError, subscription } from "@sluice/contract";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createPublisher } from "../index.js";

const events = { post: z.string() };
const state = { schema: z.string(), initial: "", apply: { post: (all: string, text: string) => all + text } };
const contract = defineContract({ feed: subscription({ events }), text: subscription({ events, state }) });
const post = (data: string) => ({ type: "post", data }) as const;
const unknown = (isKeyed: boolean) => ({ code: "unavailable", data: { outcome: "unknown", isKeyed } });
const nothing = { code: "unavailable", data: undefined, retryable: true };

afterEach(() => void vi.useRealTimers());

/** A log whose appends wait until they are let go, if they are held. */
function setUp() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  const inner = memoryLog();
  const held: (() => void)[] = [];
  let isHeld = true;
  const hold = () => (isHeld ? new Promise<void>((resolve) => held.push(resolve)) : undefined);
  const log: Log = {
    ...inner,
    async append(...args) {
      await hold();
      return inner.append(...args);
    },
  };
  const letGo = async () => {
    isHeld = false;
    for (const each of held.splice(0)) each();
    await vi.advanceTimersByTimeAsync(0);
  };
  const dataOf = async (topic: string) => {
    const { page } = await inner.open(topic, { from: "oldest", limit: 100 });
    return page.ok ? page.entries.map(({ data }) => JSON.parse(data)) : page;
  };
  return { ...createPublisher(contract, { log, snapshotEvery: 1 }), letGo, dataOf, inner };
}

/** Counts the settled ones. */
function settled(promises: readonly Promise<unknown>[]) {
  let count = 0;
  const one = () => void count++;
  for (const each of promises) each.then(one, one);
  return () => count;
}

describe("a publish that the log does not answer", () => {
  it.each(["feed", "text"] as const)("fails at its timeout, and says that it may be in the log: %s", async (path) => {
    const { topic, letGo, dataOf } = setUp();
    const { publish } = topic(contract[path]);
    const all = [publish(post("a"))];
    if (path === "feed") all.push(publish(post("b"), { timeout: 2_000 }), publish(post("c"), { timeout: 30_000 }));
    const count = settled(all);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(count()).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(count()).toBe(path === "feed" ? 1 : 0);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(count()).toBe(path === "feed" ? 2 : 1);
    const error = await all[0]?.catch((thrown) => thrown);
    expect(error).toMatchObject({ ...unknown(false), retryable: false, retryAfter: undefined });
    await letGo();
    if (path === "feed") expect((await all[2])?.duplicate).toBe(false);
    expect(await dataOf(path)).toEqual(path === "feed" ? ["a", "b", "c"] : ["a"]);
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1);
  });

  it("may be repeated if it has an idempotency key", async () => {
    const { topic, letGo, dataOf } = setUp();
    const { publish } = topic(contract.feed);
    const options = { idempotencyKey: "k", timeout: 5 };
    const failed = publish(post("a"), options).catch((error) => error);
    await vi.advanceTimersByTimeAsync(5);
    expect(await failed).toMatchObject({ ...unknown(true), retryable: true, retryAfter: 1_000 });
    await letGo();
    expect(await publish(post("a"), options)).toMatchObject({ duplicate: true });
    expect(await dataOf("feed")).toEqual(["a"]);
  });
});

it("a publish that waits behind another fails at its timeout, and is not appended later", async () => {
  const { topic, letGo, dataOf } = setUp();
  const { publish, state: read } = topic(contract.text);
  const first = publish(post("a"), { timeout: 60_000 });
  const second = publish(post("b")).catch((error) => error);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await second).toMatchObject(nothing);
  await letGo();
  await first;
  await publish(post("c"));
  expect(await dataOf("text")).toEqual(["a", "c"]);
  expect((await read()).state).toBe("ac");
});

it("a publish whose snapshot is not saved in time is answered: its events are in the log", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  const log: Log = { ...memoryLog(), saveSnapshot: () => new Promise(() => {}) };
  const { topic } = createPublisher(contract, { log, snapshotEvery: 1 });
  const published = topic(contract.text).publish(post("a"));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await published).toMatchObject({ duplicate: false });
});

it.each([
  ["unavailable", false, nothing],
  ["unavailable", true, nothing],
  ["unknown", false, unknown(false)],
  ["unknown", true, unknown(true)],
] as const)("a log that fails with %s (with a key: %s) is unavailable", async (code, isKeyed, expected) => {
  const cause = new LogError(code, "no connection");
  const away = { append: () => Promise.reject(cause), findAppend: () => Promise.reject(cause) };
  const { topic } = createPublisher(contract, { log: { ...memoryLog(), ...away } });
  for (const procedure of [contract.feed, contract.text]) {
    const failed = topic(procedure).publish(post("a"), isKeyed ? { idempotencyKey: "k" } : {});
    const error = await failed.catch((thrown) => thrown);
    expect(error).toMatchObject({ ...expected, cause });
    expect(SluiceError.is(error, "unavailable")).toBe(true);
  }
});

it("an engine that throws at once fails the publish, and leaves no timer", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
  const append = () => {
    throw new RangeError("too long");
  };
  const { topic } = createPublisher(contract, { log: { ...memoryLog(), append } });
  await expect(topic(contract.feed).publish(post("a"))).rejects.toThrow("too long");
  await vi.advanceTimersByTimeAsync(10_000);
  expect(vi.getTimerCount()).toBe(0);
});

it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("a timeout of %d is refused", async (timeout) => {
  const { topic } = createPublisher(contract, { log: memoryLog() });
  const message = `timeout is ${timeout}; allowed are whole milliseconds of at least 1.`;
  await expect(topic(contract.feed).publish(post("a"), { timeout })).rejects.toThrow(new RangeError(message));
});

it("a thousand publishes share one timer", async () => {
  const { topic } = setUp();
  const { publish } = topic(contract.feed);
  const all = Promise.allSettled(Array.from({ length: 1_000 }, () => publish(post("a"))));
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect((await all).every(({ status }) => status === "rejected")).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
