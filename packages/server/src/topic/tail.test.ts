import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Batch } from "./batch.js";
import { Counters } from "./counters.js";
import { Hub } from "./hub.js";
import { headOf } from "./read-log.test-kit.js";
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
    const tail = await hub.take("ticks", ticks);
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
    const taking = hub.take("ticks", ticks);
    void log.append("ticks", [tick(1)]);
    const tail = await taking;
    await turn();
    expect(tail.position).toEqual(await headOf(log, "ticks"));
  });

  it("is one for all who take it, and stops watching with the last", async () => {
    const { hub, log } = setUp();
    const [tail, same] = await Promise.all([hub.take("ticks", ticks), hub.take("ticks", ticks)]);
    expect(tail).toBe(same);
    hub.release("ticks");
    const seen = member();
    tail.join(seen);
    await log.append("ticks", [tick(1)]);
    await turn();
    expect(seen.batches).toHaveLength(1);
    hub.release("ticks");
    await log.append("ticks", [tick(2)]);
    await turn();
    expect(seen.batches).toHaveLength(1);
    expect(await hub.take("ticks", ticks)).not.toBe(tail);
  });

  it("tells those in its queue to read for themselves when history went faster than it", async () => {
    const log = memoryLog({ retain: { events: 2 } });
    const hub = new Hub({ ...settings(), log, onError: () => {} });
    const tail = await hub.take("ticks", ticks);
    const seen = member();
    tail.join(seen);
    for (let n = 1; n <= 9; n++) void log.append("ticks", [tick(n)]);
    await turn();
    expect(seen.lostTimes()).toBe(1);
    expect(tail.position).toEqual(await headOf(log, "ticks"));
  });

  it("can be taken again after an engine that failed to open it", async () => {
    const log = memoryLog();
    let failing = true;
    const open: Log["open"] = async (...args) => (failing ? Promise.reject(new Error("down")) : log.open(...args));
    const hub = new Hub({ ...settings(), log: { ...log, open }, onError: () => {} });
    await expect(hub.take("ticks", ticks)).rejects.toThrow("down");
    failing = false;
    await expect(hub.take("ticks", ticks)).resolves.toBeDefined();
  });
});
