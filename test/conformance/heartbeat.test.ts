import { defineContract, query } from "@sluice/contract";
import { createSluice, implement, type Log, memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { posts, range } from "./events.js";
import { open, type Reader } from "./reader.js";
import { eventually, turns } from "./within.js";
import { startWorld } from "./world.js";

const beats = (reader: Reader) => reader.all("comment").length;

describeAdapters("heartbeats", (adapter) => {
  it("come at the interval that $open announced (PROTOCOL §4.3)", async () => {
    const world = await startWorld(adapter, { heartbeat: 5_000 });
    const reader = await (await open(world, "feed/head")).live();
    expect(reader.all("open")[0]?.heartbeat).toBe(5_000);
    world.clock.advance(4_750);
    await turns();
    expect(beats(reader)).toBe(0);
    for (const count of [1, 2, 3]) {
      world.clock.advance(count === 1 ? 250 : 5_000);
      await reader.until(() => beats(reader) === count, `${count} heartbeats`);
    }
  });

  it("come as before when the machine's clock is set, by a year", async () => {
    const world = await startWorld(adapter, { heartbeat: 5_000 });
    const reader = await (await open(world, "feed/head")).live();
    for (const [count, days] of [-365, 730].entries()) {
      world.clock.jump(days * 86_400_000);
      world.clock.advance(4_750);
      await turns();
      expect(beats(reader)).toBe(count);
      world.clock.advance(250);
      await reader.until(() => beats(reader) === count + 1, "a heartbeat");
    }
  });

  it("come on a silent generator's stream (PROTOCOL §4.3)", async () => {
    const world = await startWorld(adapter, {
      async *tokens({ signal }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const reader = await (await open(world, "bot/once")).live();
    world.clock.advance(15_000);
    await reader.until(() => beats(reader) === 1, "a heartbeat");
  });

  it("come while a snapshot after $reset, or the log, takes long (PROTOCOL §4.3)", async () => {
    let read = () => {};
    let asks = 0;
    const log = memoryLog();
    const slow: Log = {
      ...log,
      async open(topic, options) {
        if (topic === "feed/oldest" && ++asks === 2) await new Promise<void>((resolve) => (read = resolve));
        return log.open(topic, options);
      },
    };
    let asked = 0;
    const counter = () => {
      asked++;
      return new Promise<never>(() => {});
    };
    const world = await startWorld(adapter, { log: slow, snapshotTimeout: 60_000, counter });
    const waiting = await open(world, "own/counter", { lastEventId: "other.1.m" });
    await world.topic(world.contract.feed.oldest).publish(posts(...range(1, 300))); // more than one page
    const reading = await open(world, "feed/oldest");
    await eventually(() => expect([asked, asks]).toEqual([1, 2]));
    world.clock.advance(15_000);
    for (const reader of [waiting, reading]) await reader.until(() => beats(reader) === 1, "a heartbeat");
    expect(waiting.names).toEqual(["$retry", "$open", "$reset"]);
    read();
    await reading.live();
  });

  it("are omitted when something was just sent (PROTOCOL §4.3)", async () => {
    const world = await startWorld(adapter, { heartbeat: 5_000 });
    const reader = await (await open(world, "feed/head")).live();
    for (const n of range(1, 5)) {
      world.clock.advance(4_000);
      await world.topic(world.contract.feed.head).publish(posts(n));
      await reader.received(n);
    }
    expect(beats(reader)).toBe(0);
    world.clock.advance(5_000);
    await reader.until(() => beats(reader) === 1, "a heartbeat");
  });

  it("stop with the stream, and so does their timer (PROTOCOL §4.4)", async () => {
    const world = await startWorld(adapter);
    const readers = [await open(world, "feed/head"), await open(world, "feed/oldest")];
    expect(world.clock.timers).toBe(1);
    for (const reader of readers) reader.destroy();
    const signals = [...world.parts.admission.streams].map(({ lifetime }) => lifetime.signal);
    await Promise.all(signals.map((signal) => new Promise((resolve) => signal.addEventListener("abort", resolve))));
    expect(world.clock.timers).toBe(0);
  });

  it("carry the cursor in $at when events were withheld (PROTOCOL §5.7)", async () => {
    const world = await startWorld(adapter, { heartbeat: 5_000 });
    const { filtered } = world.contract.feed;
    const reader = await (await open(world, "feed/filtered")).live();
    const { cursor } = await world.topic(filtered).publish(posts(1, 2, 3, 5, 7));
    await reader.received(1);
    expect(reader.numbers).toEqual([2]);
    world.clock.advance(5_000);
    expect(await reader.first("at")).toEqual({ kind: "at", id: cursor });
    expect(reader.text).toContain(`id: ${cursor}\nevent: $at\ndata: {}\n\n`);
    world.clock.advance(5_000);
    await reader.until(() => beats(reader) === 1, "a heartbeat without $at, since nothing moved");

    reader.destroy();
    const before = world.log.reads.length;
    const again = await (await open(world, "feed/filtered", { lastEventId: reader.cursor })).live();
    expect(again.names).toEqual(["$retry", "$open", "$live"]);
    expect(world.log.reads.slice(before).map(({ entries }) => entries)).toEqual([0]); // withheld events are not read again
  });

  it("omit $at when the last event carried the cursor (PROTOCOL §5.7)", async () => {
    const world = await startWorld(adapter, { heartbeat: 5_000 });
    const reader = await (await open(world, "feed/filtered")).live();
    await world.topic(world.contract.feed.filtered).publish(posts(1, 2));
    await reader.received(1);
    world.clock.advance(5_000);
    await reader.until(() => beats(reader) === 1, "a heartbeat");
    expect(reader.all("at")).toEqual([]);
  });
});

it.each([0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
  "%d is neither a valid interval in a frame nor a valid deadline (PROTOCOL §5.11)",
  (ms) => {
    const { $router, ping } = implement(defineContract({ ping: query() }));
    for (const name of ["heartbeat", "retry", "stallTimeout", "snapshotTimeout"]) {
      expect(() => createSluice($router({ ping: ping.handler(() => {}) }), { [name]: ms })).toThrow(name);
    }
  },
);

it("an interval below the resolution of deadlines is refused: every client would consider its stream cut (PROTOCOL §4.3)", () => {
  const { $router, ping } = implement(defineContract({ ping: query() }));
  const withHeartbeat = (heartbeat: number) => createSluice($router({ ping: ping.handler(() => {}) }), { heartbeat });
  expect(() => withHeartbeat(100)).toThrow("heartbeat is 100; allowed are whole milliseconds of at least 250.");
  expect(withHeartbeat(250).stats().streams).toBe(0);
});

describeAdapters("a long stretch that a filter withholds", (adapter) => {
  it("sends its cursor with $at in between, and with $live at its end (PROTOCOL §5.7)", async () => {
    const world = await startWorld(adapter, { keep: () => false });
    const { filtered } = world.contract.feed;
    const { cursor } = await world.topic(filtered).publish(posts(...range(1, 1_000)));
    const reader = await (await open(world, "feed/filtered")).live();
    expect(reader.cursor).toBe(cursor);
    const told = reader.all("at").map(({ id }) => Number(id.split(".")[1]));
    expect(told.length).toBeGreaterThan(0);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(reader.events).toEqual([]);
  });

  it("is not read again by a client that was cut within it (PROTOCOL §5.7)", async () => {
    const world = await startWorld(adapter, { keep: () => false });
    const reader = await (await open(world, "feed/filtered")).live();
    await world.topic(world.contract.feed.filtered).publish(posts(...range(1, 300)));
    const { id } = await reader.first("at");
    reader.destroy();
    const before = world.log.reads.length;
    await (await open(world, "feed/filtered", { lastEventId: id })).live();
    const reread = world.log.reads.slice(before).reduce((sum, { entries }) => sum + entries, 0);
    expect(reread).toBe(300 - Number(id.split(".")[1]));
  });

  it("ends with a filter's error for that subscriber alone (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter, {
      keep: (n) => {
        if (n === 2) throw new Error("secret");
        return true;
      },
    });
    const { filtered, head } = world.contract.feed;
    const reader = await (await open(world, "feed/filtered")).live();
    const other = await (await open(world, "feed/head")).live();
    await world.topic(filtered).publish(posts(1));
    await reader.received(1);
    await world.topic(filtered).publish(posts(2));
    await reader.end();
    expect(reader.all("error")).toMatchObject([{ code: "internal", message: "Internal error" }]);
    expect(world.reports).toMatchObject([{ path: "feed/filtered" }]);
    await world.topic(head).publish(posts(1));
    await other.received(1);
  });
});
