import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { contract } from "./contract.js";
import { goal, posts, range } from "./events.js";
import { seed, seeded } from "./random.js";
import { open, type Reader } from "./reader.js";
import { turns } from "./within.js";
import { startWorld } from "./world.js";

const offset = (id: string | undefined) => Number(id?.split(".")[1]);

describeStreams("subscribers who join in the midst of a burst", (adapter) => {
  it(`each see every event from their start on, once, in one order (PROTOCOL §4.2, seed ${seed})`, async () => {
    const random = seeded(seed);
    const world = await startWorld(adapter);
    const total = 1_500;
    const opening: Promise<Reader>[] = [];
    for (let n = 0; n < total; ) {
      const many = Math.min(total - n, Math.ceil(random() * 8));
      const numbers = range(n + 1, n + many);
      n += many;
      const publish = (...some: number[]) => world.topic(world.contract.feed.head).publish(posts(...some));
      // Several in one turn, as one batch or one by one.
      if (random() < 0.5) void publish(...numbers);
      else for (const each of numbers) void publish(each);
      if (opening.length < 25 && random() < 0.1) opening.push(open(world, "feed/head"));
      if (random() < 0.4) await turns(Math.ceil(random() * 3));
    }
    const readers = await Promise.all(opening);
    await world.topic(world.contract.feed.head).publish(posts(total + 1));
    for (const reader of readers) {
      await reader.until(() => reader.numbers.at(-1) === total + 1, "the last event");
      const [first = 0] = reader.numbers;
      expect(reader.numbers).toEqual(range(first, total + 1));
      expect(reader.events.map(({ id }) => offset(id))).toEqual(reader.numbers);
      expect(reader.names.filter((name) => name === "$live")).toHaveLength(1);
    }
    expect(readers.length).toBeGreaterThan(0);
    const ids = readers.map((reader) => reader.events.at(-1)?.id);
    expect(new Set(ids).size).toBe(1);
  });

  it(`fold the snapshot and later events to the server's state (PROTOCOL §8, seed ${seed})`, async () => {
    const random = seeded(seed);
    const world = await startWorld(adapter);
    const { watch } = world.contract.scores;
    const { initial, apply } = watch.state;
    const input = { matchId: "m1" };
    let truth = initial;
    const opening: Promise<Reader>[] = [];
    const publish = async () => {
      const events = range(1, Math.ceil(random() * 4)).map((minute) => goal(random() < 0.6 ? "home" : "away", minute));
      for (const { data } of events) truth = apply.goal?.(truth, data) ?? truth;
      await world.topic(watch, input).publish(events);
    };
    for (let i = 0; i < 300; i++) {
      if (random() < 0.5) await publish();
      else void publish();
      if (opening.length < 25 && random() < 0.15) opening.push(open(world, "scores/watch", { input }));
      if (random() < 0.3) await turns(1);
    }
    const readers = await Promise.all(opening);
    const { cursor } = await world.topic(watch, input).publish({ type: "fullTime", data: { at: new Date(0) } });
    for (const reader of readers) {
      await reader.until(() => reader.cursor === cursor, "the last event");
      const [snapshot] = reader.all("snapshot");
      let state = JSON.parse(snapshot?.data ?? "") as typeof truth;
      const goals = reader.events.slice(0, -1).map(({ data }) => JSON.parse(data));
      for (const data of goals) state = apply.goal?.(state, data) ?? state;
      expect(state).toEqual(truth);
      const from = offset(snapshot?.id);
      expect(reader.events.map(({ id }) => offset(id))).toEqual(range(from + 1, offset(cursor)));
    }
    expect(readers.length).toBeGreaterThan(0);
  });

  it(`miss nothing when they stall and continue at random (PROTOCOL §4.2, seed ${seed})`, async () => {
    const random = seeded(seed);
    const world = await startWorld(adapter);
    const { head } = world.contract.feed;
    const readers: Reader[] = [];
    for (let i = 0; i < 4; i++) readers.push(await (await open(world, "feed/head")).live());
    const pad = "x".repeat(60_000);
    const total = 250;
    for (const n of range(1, total)) {
      await world.topic(head).publish({ type: "post", data: { n, pad } });
      for (const reader of readers) if (random() < 0.2) reader[random() < 0.6 ? "pause" : "resume"]();
      await turns(1);
    }
    for (const reader of readers) reader.resume();
    for (const reader of readers) expect((await reader.received(total)).numbers).toEqual(range(1, total));
  });

  it("get the same bytes, and each topic only its own (PROTOCOL §4.2, §6.4)", async () => {
    const world = await startWorld(adapter);
    const inputs = [{ matchId: "a" }, { matchId: "b" }, { matchId: 'a"}' }, { matchId: "ü\u2028" }];
    const open2 = (input: unknown) =>
      Promise.all([open(world, "scores/watch", { input }), open(world, "scores/watch", { body: { input } })]);
    const readers = await Promise.all(inputs.map(open2));
    await Promise.all(readers.flat().map((reader) => reader.live()));
    expect(world.log.watchers).toBe(inputs.length);
    for (const [minute, input] of inputs.entries())
      await world.topic(contract.scores.watch, input).publish(goal("home", minute));
    for (const [minute, [first, second]] of readers.entries()) {
      await first.received(1);
      await second.received(1);
      expect(first.data).toEqual([{ team: "home", minute }]);
      expect(second.events).toEqual(first.events);
    }
  });

  it("share a topic whose inputs differ in form only (PROTOCOL §6.4)", async () => {
    const world = await startWorld(adapter);
    await (await open(world, "scores/watch", { input: { matchId: "m1" } })).live();
    await (await open(world, "scores/watch", { input: { unknown: 1, matchId: "m1" } })).live();
    expect(world.log.watchers).toBe(1);
  });
});
