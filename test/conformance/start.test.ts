import { memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { describeAdapters } from "./adapters.js";
import { posts, range } from "./events.js";
import { open } from "./reader.js";
import { startWorld } from "./world.js";

describeAdapters("a subscriber without a cursor", (adapter) => {
  it.each([
    ["head", []],
    ["oldest", [1, 2, 3, 4, 5]],
    ["last", [3, 4, 5]],
  ] as const)("starts at %s (PROTOCOL §7.1)", async (start, expected) => {
    const world = await startWorld(adapter);
    const procedure = world.contract.feed[start];
    const { cursor } = await world.topic(procedure).publish(posts(1, 2, 3, 4, 5));
    const reader = await (await open(world, `feed/${start}`)).live();
    expect(reader.numbers).toEqual(expected);
    expect(reader.all("live")).toEqual([{ kind: "live", id: cursor }]);
    await world.topic(procedure).publish(posts(6));
    expect((await reader.received(expected.length + 1)).numbers).toEqual([...expected, 6]);
    expect(reader.names).toEqual(["$retry", "$open", ...expected.map(() => "post"), "$live", "post"]);
  });

  it("gets a cursor with $live on a topic without events, and misses no later event (PROTOCOL §4.2, §6.1)", async () => {
    const world = await startWorld(adapter);
    const first = await (await open(world, "feed/head")).live();
    expect(first.cursor).toMatch(/^[\w-]+\.0\.0$/);
    first.destroy();
    await world.topic(world.contract.feed.head).publish(posts(1, 2));
    const second = await (await open(world, "feed/head", { lastEventId: first.cursor })).live();
    expect(second.numbers).toEqual([1, 2]);
  });

  it("gets fewer than the last n if there are fewer (PROTOCOL §7.1)", async () => {
    const world = await startWorld(adapter);
    await world.topic(world.contract.feed.last).publish(posts(1, 2));
    expect((await (await open(world, "feed/last")).live()).numbers).toEqual([1, 2]);
  });

  it("gets the initial state of a topic without events (PROTOCOL §8)", async () => {
    const world = await startWorld(adapter);
    const reader = await (await open(world, "scores/watch", { input: { matchId: "new" } })).live();
    expect(JSON.parse(reader.all("snapshot")[0]?.data ?? "")).toEqual({ home: 0, away: 0, endedAt: null });
    expect(reader.cursor).toMatch(/\.0\.0$/);
  });

  it("gets a state with codecs in wire form (PROTOCOL §8)", async () => {
    const world = await startWorld(adapter);
    const at = new Date("2026-06-11T19:52:00.000Z");
    const watch = world.contract.scores.watch;
    const { cursor } = await world.topic(watch, { matchId: "m" }).publish({ type: "fullTime", data: { at } });
    const { data, id } = await (await open(world, "scores/watch", { input: { matchId: "m" } })).first("snapshot");
    expect([data, id]).toEqual(['{"home":0,"away":0,"endedAt":"2026-06-11T19:52:00.000Z"}', cursor]);
  });

  it("gets the application's own snapshot, and the events after its cursor (PROTOCOL §8)", async () => {
    let cursor = "";
    const world = await startWorld(adapter, { counter: async () => ({ state: { sum: 3, last: 2 }, cursor }) });
    const { counter } = world.contract.own;
    ({ cursor } = await world.topic(counter).publish([1, 2].map((data) => ({ type: "add", data }))));
    await world.topic(counter).publish([3, 4].map((data) => ({ type: "add", data })));
    const reader = await (await open(world, "own/counter")).live();
    expect(reader.all("snapshot")).toEqual([{ kind: "snapshot", data: '{"sum":3,"last":2}', id: cursor }]);
    expect(reader.data).toEqual([3, 4]);
  });

  it("misses no event when an idempotent snapshot has no cursor, even if the snapshot already contains one (PROTOCOL §8)", async () => {
    const times = [1, 2].map((n) => new Date(n));
    let taken: () => void = () => {};
    const world = await startWorld(adapter, {
      place: () => {
        taken();
        return { state: { at: times[1] ?? null } };
      },
    });
    const { place } = world.contract.own;
    await world.topic(place).publish({ type: "moved", data: times[0] as Date });
    const published = new Promise<unknown>((resolve) => {
      taken = () => resolve(world.topic(place).publish({ type: "moved", data: times[1] as Date }));
    });
    const reader = await (await open(world, "own/place")).live();
    await published;
    await reader.received(1);
    expect(reader.all("snapshot")[0]).toMatchObject({ data: '{"at":"1970-01-01T00:00:00.002Z"}' });
    expect(reader.all("snapshot")[0]?.id).toMatch(/^[\w-]+\.1\./);
    expect(reader.data).toEqual(["1970-01-01T00:00:00.002Z"]);
  });

  it("gets the events that existed when it opened, even if they are trimmed meanwhile, and no gap (PROTOCOL §7.1)", async () => {
    const log = memoryLog({ retain: { events: 3 } });
    const late = new Set<string>();
    const world = await startWorld(adapter, {
      log: {
        ...log,
        async open(topic, options) {
          const opened = await log.open(topic, options);
          const more = range(4, 9).map((n) => ({ type: "post", data: `{"n":${n}}` }));
          if (late.delete(topic)) await log.append(topic, more);
          return opened;
        },
      },
    });
    for (const start of ["oldest", "last"] as const) {
      await world.topic(world.contract.feed[start]).publish(posts(1, 2, 3));
      late.add(`feed/${start}`);
      const reader = await (await open(world, `feed/${start}`)).received(9);
      expect([reader.numbers, reader.all("reset")]).toEqual([range(1, 9), []]);
    }
  });

  it("is told of no gap behind events that its filter has withheld, if it got none yet (PROTOCOL §7.3)", async () => {
    const log = memoryLog({ retain: { events: 300 } });
    const withheld = { type: "post", data: JSON.stringify({ n: 3, pad: "x".repeat(1_000) }) };
    let isFirst = true;
    const world = await startWorld(adapter, {
      log: {
        ...log,
        async open(topic, options) {
          const opened = await log.open(topic, options);
          if (isFirst) await log.append(topic, Array(400).fill(withheld));
          isFirst = false;
          return opened;
        },
      },
    });
    const { filtered } = world.contract.feed;
    await log.append("feed/filtered", Array(300).fill(withheld)); // more than a subscriber reads, or takes, at once
    const reader = await (await open(world, "feed/filtered")).live();
    await world.topic(filtered).publish(posts(2));
    await reader.received(1);
    expect([reader.numbers, reader.all("reset")]).toEqual([[2], []]);
  });

  it("is answered 500 when the snapshot fails, and leaves nothing behind (PROTOCOL §3)", async () => {
    const world = await startWorld(adapter);
    expect((await open(world, "own/counter")).status).toBe(500);
    expect(world.reports).toMatchObject([{ path: "own/counter" }]);
    const reader = await open(world, "scores/watch", { input: { matchId: "m1" } });
    expect(world.log.watchers).toBe(1);
    reader.destroy();
  });
});
