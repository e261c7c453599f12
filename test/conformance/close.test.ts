import { createClient } from "@sluice/client";
import { createPublisher, type Log, LogError, memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { contract } from "./contract.js";
import { goal, posts } from "./events.js";
import { open } from "./reader.js";
import { gate } from "./run-world.js";
import { startWorld } from "./world.js";

const input = { matchId: "m1" };
const closed = { code: "unavailable", message: expect.stringMatching(/^The (Sluice|publisher) is closed$/) };

/** A log that can be closed, and whose appends wait until `open` is called, if they are held. */
function closableLog({ isHeld = false } = {}) {
  const inner = memoryLog();
  const { passed, open: letGo } = gate();
  const calls: string[] = [];
  const log: Log = {
    ...inner,
    async append(...args) {
      if (isHeld) await passed;
      calls.push("append");
      return inner.append(...args);
    },
    async release(lease) {
      calls.push("release");
      return inner.release(lease);
    },
    async close() {
      calls.push("close");
    },
  };
  return { log, inner, letGo, calls };
}

describeStreams("close()", (adapter) => {
  it("drains its clients, closes the log last, and then refuses everything", async () => {
    const { log, calls } = closableLog();
    const world = await startWorld(adapter, { log });
    const { watch } = contract.scores;
    const match = world.topic(watch, input);
    await match.publish(goal("home"));
    const reader = await (await open(world, "scores/watch", { input })).live();
    const closing = world.sluice.close();
    expect(world.sluice.close()).not.toBe(undefined);
    await reader.first("drain");
    expectProblem(await ask(world, "scores/ping"), { status: 503, code: "unavailable" });
    await expect(world.sluice.call(contract.scores.ping)).rejects.toMatchObject(closed);
    await match.publish(goal("home")); // those who say goodbye to clients are heard by other servers
    expect(calls).not.toContain("close");
    reader.destroy();
    await Promise.all([closing, world.sluice.close()]);
    expect(calls.filter((call) => call === "close")).toEqual(["close"]);
    expect(calls.at(-1)).toBe("close");
    expect([world.parts.admission.streams.size, world.log.watchers, world.clock.timers]).toEqual([0, 0, 0]);
    const uses = [
      match.publish(goal("home")),
      match.state(),
      match.delete(),
      match.disconnect(),
      world.topic(watch, { matchId: "m2" }).publish(goal("home")),
      (async () => world.sluice.disconnect({ tag: "a" }))(),
    ];
    for (const use of uses) await expect(use).rejects.toMatchObject(closed);
    expectProblem(await ask(world, "feed/head"), { status: 503, code: "unavailable" });
    await world.sluice.drain();
    expect(calls.at(-1)).toBe("close");
  });

  it("refuses wrong options, and closes nothing then", async () => {
    const world = await startWorld(adapter);
    await expect(world.sluice.close({ timeot: 1 } as never)).rejects.toThrow("close: timeot is not a known option");
    await expect(world.sluice.close({ timeout: -1 })).rejects.toThrow(RangeError);
    await world.topic(contract.feed.head).publish(posts(1));
    await (await open(world, "feed/head")).live();
  });

  it("lets a client resume at another server on the log", async () => {
    const log = memoryLog();
    const [one, two] = [await startWorld(adapter, { log }), await startWorld(adapter, { log })];
    let { url } = one;
    const seen: number[] = [];
    const client = createClient(contract, {
      url: "http://sluice",
      retry: { base: 1, max: 1 },
      fetch: (target: RequestInfo | URL, init?: RequestInit) =>
        fetch(String(target).replace("http://sluice", url), init),
    });
    const stop = client.feed.oldest.subscribe({ on: { post: ({ n }) => void seen.push(n) } });
    await two.topic(contract.feed.oldest).publish(posts(1));
    await expect.poll(() => seen).toEqual([1]);
    url = two.url;
    await one.sluice.close();
    await two.topic(contract.feed.oldest).publish(posts(2));
    await expect.poll(() => seen, { timeout: 10_000 }).toEqual([1, 2]);
    stop();
  });
});

describe("a publisher's close()", () => {
  it("waits for the publishes that are under way, closes the log, and refuses what comes later", async () => {
    const { log, letGo, calls } = closableLog({ isHeld: true });
    const publisher = createPublisher(contract, { log });
    const { publish, state } = publisher.topic(contract.scores.watch, input);
    const published = publish(goal("home"));
    const closing = publisher.close();
    await expect(publish(goal("home"))).rejects.toMatchObject(closed);
    expect(calls).toEqual([]);
    letGo();
    await Promise.all([closing, publisher.close()]);
    expect(await published).toMatchObject({ duplicate: false });
    expect(calls).toEqual(["append", "close"]);
    await expect(state()).rejects.toMatchObject(closed);
  });

  it("gives back the lease that it took", async () => {
    const { log, inner, calls } = closableLog();
    const lease = await inner.acquire('scores/watch?{"matchId":"m1"}', { ttl: 60_000 });
    const publisher = createPublisher(contract, { log });
    const published = publisher.topic(contract.scores.watch, input).publish(goal("home"));
    if (lease) await inner.release(lease);
    const closing = publisher.close();
    await published;
    await closing;
    expect(calls.at(-1)).toBe("close");
    expect(await inner.acquire('scores/watch?{"matchId":"m1"}', { ttl: 1 })).toBeDefined();
  });

  it("rejects if the log can't be closed", async () => {
    const close = () => Promise.reject(new LogError("unavailable", "away"));
    await expect(createPublisher(contract, { log: { ...memoryLog(), close } }).close()).rejects.toThrow("away");
    await createPublisher(contract, { log: memoryLog(), retain: { "feed/head": { events: 1 } } }).close();
  });
});
