import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog, type Wakeup } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Batch } from "./batch.js";
import { Counters } from "./counters.js";
import { Hub } from "./hub.js";
import { headOf, untold } from "./read-log.test-kit.js";
import { ReplayCache } from "./replay-cache.js";

const { ticks } = defineContract({ ticks: subscription({ events: { tick: z.int() } }) });
const tick = (n: number) => ({ type: "tick", data: String(n) });
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

const settings = () => ({ pages: new ReplayCache(65_536), counters: new Counters(), wheel: { now: 0 } });

function setUp() {
  const log = memoryLog();
  const errors: unknown[] = [];
  const hub = new Hub({ ...settings(), log, onError: (error) => errors.push(error) });
  return { log, hub, errors };
}

/** Takes a topic's tail, and reads the topic's head. */
async function follow(hub: Hub) {
  const tail = hub.take("ticks", ticks);
  await tail.head();
  return tail;
}

function member() {
  const batches: Batch[] = [];
  let lost = 0;
  return {
    batches,
    lostTimes: () => lost,
    deliver: (batch: Batch) => void batches.push(batch),
    lost: () => void lost++,
  };
}

describe("a topic's tail", () => {
  it("hands every member what was appended in a turn as one batch, encoded once", async () => {
    const { log, hub } = setUp();
    const tail = await follow(hub);
    const one = member();
    const two = member();
    tail.join(one);
    tail.join(two);
    for (let n = 1; n <= 3; n++) void log.append("ticks", [tick(n)]);
    await turn();
    expect(one.batches).toHaveLength(1);
    expect(one.batches[0]?.entries.map(({ data }) => data)).toEqual(["1", "2", "3"]);
    expect(two.batches[0]?.bytes).toBe(one.batches[0]?.bytes);
  });

  it("misses nothing that is appended while it opens", async () => {
    const { log, hub } = setUp();
    const following = follow(hub);
    void log.append("ticks", [tick(1)]);
    const tail = await following;
    await turn();
    expect(tail.cursor).toEqual(await headOf(log, "ticks"));
  });

  it("reads only entries that no wake-up carried", async () => {
    const log = memoryLog();
    const reads: number[] = [];
    let tell: (wakeup?: Wakeup) => void = () => {};
    const quiet: Log = {
      ...log,
      open(topic, options) {
        reads.push(options.limit);
        return log.open(topic, options);
      },
      watch(_topic, onAppend) {
        tell = onAppend;
        return { ready: Promise.resolve(), stop() {} };
      },
    };
    const tail = await follow(
      new Hub({ ...settings(), log: quiet, onError: (error) => expect.unreachable(String(error)) }),
    );
    const seen = member();
    tail.join(seen);
    const append = async (n: number) => (await log.append("ticks", [tick(n)])) as Wakeup;
    const told: Wakeup[] = [];
    for (let n = 1; n <= 6; n++) told.push(await append(n));
    const after = async (...wakeups: (Wakeup | undefined)[]) => {
      reads.length = 0;
      for (const wakeup of wakeups) tell(wakeup);
      await turn();
      const numbers = seen.batches.splice(0).map(({ entries }) => entries.map(({ data }) => Number(data)));
      return { numbers, reads: reads.length };
    };
    expect(await after(told[0], told[1])).toEqual({ numbers: [[1, 2]], reads: 0 });
    expect(await after(told[1])).toEqual({ numbers: [], reads: 0 }); // came twice
    expect(await after(told[3])).toEqual({ numbers: [[3, 4, 5, 6]], reads: 1 }); // one was lost
    expect(await after(told[4])).toEqual({ numbers: [], reads: 1 }); // late: it might be of another history
    await append(7);
    expect(await after(undefined)).toEqual({ numbers: [[7]], reads: 1 });
    expect([seen.lostTimes(), tail.cursor]).toEqual([0, await headOf(log, "ticks")]);
  });

  it("does not read again for wake-ups that come while it reads", async () => {
    const log = memoryLog();
    const held: (() => void)[] = [];
    let isSlow = false;
    let tell: (wakeup?: Wakeup) => void = () => {};
    const slow: Log = {
      ...log,
      async open(topic, options) {
        const opened = await log.open(topic, options);
        if (isSlow) await new Promise<void>((resolve) => held.push(resolve));
        return opened;
      },
      watch(topic, onAppend) {
        tell = onAppend;
        return log.watch(topic, onAppend);
      },
    };
    const tail = await follow(
      new Hub({ ...settings(), log: slow, onError: (error) => expect.unreachable(String(error)) }),
    );
    const seen = member();
    tail.join(seen);
    isSlow = true;
    tell();
    await turn();
    for (const n of [1, 2]) await log.append("ticks", [tick(n)]);
    held[0]?.();
    await turn();
    expect(seen.batches.map(({ entries }) => entries.length)).toEqual([2]);
    expect([held.length, tail.end]).toEqual([1, await headOf(log, "ticks")]);
  });

  it("reports an entry that it cannot read, whether a wake-up carried it or not", async () => {
    const state = { schema: z.int(), initial: 0, apply: { tick: (_: number, n: number) => n } };
    const { sum } = defineContract({ sum: subscription({ events: { tick: z.int() }, state }) });
    for (const log of [memoryLog(), untold(memoryLog())]) {
      const errors: unknown[] = [];
      const hub = new Hub({ ...settings(), log, onError: (error) => errors.push(error) });
      const tail = hub.take("sum", sum);
      await tail.head();
      const seen = member();
      tail.join(seen);
      await log.append("sum", [{ type: "$version", data: "no JSON" }]);
      await turn();
      expect([errors, seen.lostTimes(), tail.end]).toEqual([[expect.any(SyntaxError)], 1, undefined]);
    }
  });

  it.each([
    ["a wake-up carried it", (log: Log) => log],
    ["it reads the log", untold],
  ])("lets nobody begin unread at the head of a topic that has a newer version by then: %s", async (_how, told) => {
    const events = { tick: z.int() };
    const state = { schema: z.int(), initial: 0, apply: { tick: (sum: number, n: number) => sum + n } };
    const { ticks: sums } = defineContract({ ticks: subscription({ events, state }) });
    const log = memoryLog();
    const hub = new Hub({ ...settings(), log: told(log), onError: () => {} });
    const tail = hub.take("ticks", sums);
    await tail.head();
    const stalled = member();
    tail.join(stalled);
    const newer = [{ type: "$version", data: '{"version":2}' }, tick(1)];
    await log.append("ticks", newer, { stateful: true, record: '{"version":2}' });
    await turn();
    expect(stalled.lostTimes()).toBe(1);
    const head = await headOf(log, "ticks");
    await expect((async () => tail.lookAfter(head, { limit: 1 }))()).rejects.toMatchObject({ code: "unavailable" });
    await expect(tail.head()).rejects.toMatchObject({ code: "unavailable" });
  });

  it("is one for all who take it, and stops watching with the last", async () => {
    const { hub, log } = setUp();
    const [tail, same] = await Promise.all([follow(hub), follow(hub)]);
    expect(tail).toBe(same);
    hub.release(tail);
    const seen = member();
    tail.join(seen);
    await log.append("ticks", [tick(1)]);
    await turn();
    expect(seen.batches).toHaveLength(1);
    hub.release(same);
    await log.append("ticks", [tick(2)]);
    await turn();
    expect(seen.batches).toHaveLength(1);
    expect(hub.take("ticks", ticks)).not.toBe(tail);
  });

  it("tells those in its queue to read for themselves when history went faster than it", async () => {
    const log = untold(memoryLog({ retain: { events: 2 } }));
    const hub = new Hub({ ...settings(), log, onError: () => {} });
    const tail = await follow(hub);
    const seen = member();
    tail.join(seen);
    for (let n = 1; n <= 9; n++) void log.append("ticks", [tick(n)]);
    await turn();
    expect(seen.lostTimes()).toBe(1);
    expect(tail.cursor).toEqual(await headOf(log, "ticks"));
  });

  it("can be taken again after an engine that failed to open it", async () => {
    const log = memoryLog();
    let failing = true;
    const watch: Log["watch"] = (topic, onAppend) => ({
      ...log.watch(topic, onAppend),
      ready: failing ? Promise.reject(new Error("down")) : Promise.resolve(),
    });
    const hub = new Hub({ ...settings(), log: { ...log, watch }, onError: () => {} });
    await expect(follow(hub)).rejects.toThrow("down");
    failing = false;
    await expect(follow(hub)).resolves.toBeDefined();
  });
});
