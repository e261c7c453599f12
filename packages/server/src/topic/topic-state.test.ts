import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { eventually } from "../test-kit/eventually.test-kit.js";
import { createPublisher } from "../topic-handle/create-publisher.js";
import { headOf, readLog } from "./read-log.test-kit.js";
import { TopicState } from "./topic-state.js";
import { TopicStates } from "./topic-states.js";

const contract = defineContract({
  total: subscription({
    events: { add: z.int(), spend: z.int(), noted: z.string() },
    state: {
      schema: z.object({ sum: z.int(), count: z.int() }),
      initial: { sum: 0, count: 0 },
      apply: {
        add: ({ sum, count }, n) => {
          if (n === 13) throw new Error("unlucky");
          return { sum: sum + n, count: count + 1 };
        },
        spend: ({ sum, count }, n) => {
          if (n > sum) throw new Error("overdrawn");
          return { sum: sum - n, count: count + 1 };
        },
      },
    },
  }),
});
const topicName = "total";
const initial = '{"sum":0,"count":0}';
const add = (...numbers: number[]) => numbers.map((data) => ({ type: "add" as const, data }));

describe("TopicState", () => {
  it("folds the log and, the next time, only what is new", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log });
    const state = new TopicState(log, topicName, contract.total);
    expect((await state.current()).json).toBe(initial);
    await topic(contract.total).publish(add(1, 2, 3));
    await topic(contract.total).publish({ type: "noted", data: "no part of the state" });
    const { json, cursor } = await state.current();
    expect(json).toBe('{"sum":6,"count":3}');
    expect(cursor).toEqual(await headOf(log, topicName));
  });

  it("returns a cursor and a state that belong together while others publish", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log });
    const state = new TopicState(log, topicName, contract.total);
    const seen = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        if (i % 2) await topic(contract.total).publish(add(1));
        return state.current();
      }),
    );
    for (const { json, cursor } of seen) expect(JSON.parse(json)).toEqual({ sum: cursor.offset, count: cursor.offset });
  });

  it("outlives its events: publishers save it before the engine trims", async () => {
    const log = memoryLog({ retain: { events: 10 } });
    const { topic } = createPublisher(contract, { log, snapshotEvery: 25 });
    for (let i = 0; i < 100; i++) await topic(contract.total).publish(add(1));
    const oldest = await readLog(log, topicName, "oldest", 1);
    expect(oldest.ok && oldest.entries[0]?.cursor.offset).toBeGreaterThan(1);
    const fresh = await new TopicState(log, topicName, contract.total).current();
    expect(JSON.parse(fresh.json)).toEqual({ sum: 100, count: 100 });
  });

  it("is read in one call of the log: cold, warm, or behind by more than the log keeps", async () => {
    const log = memoryLog({ retain: { events: 5 } });
    const calls: string[] = [];
    const called = (name: string, call: unknown) =>
      typeof call === "function" ? (...args: unknown[]) => [calls.push(name), call(...args)][1] : call;
    const counted = Object.fromEntries(Object.entries(log).map(([name, call]) => [name, called(name, call)]));
    const state = () => new TopicState(counted as unknown as Log, topicName, contract.total);
    const { topic } = createPublisher(contract, { log, snapshotEvery: 10 });
    const sum = async (of: TopicState) => JSON.parse((await of.current()).json).sum;
    const behind = state();
    expect([await sum(behind), await sum(behind), calls]).toEqual([0, 0, ["open", "open"]]);
    for (let i = 0; i < 33; i++) await topic(contract.total).publish(add(1));
    calls.length = 0;
    expect([await sum(behind), await sum(state()), calls]).toEqual([33, 33, ["open", "open"]]);
  });

  it("starts over when the engine has trimmed past it", async () => {
    const log = memoryLog({ retain: { events: 5 } });
    const { topic } = createPublisher(contract, { log, snapshotEvery: 10 });
    const behind = new TopicState(log, topicName, contract.total);
    await topic(contract.total).publish(add(1));
    await behind.current();
    for (let i = 0; i < 60; i++) await topic(contract.total).publish(add(1));
    expect(JSON.parse((await behind.current()).json)).toEqual({ sum: 61, count: 61 });
  });

  describe("of a topic whose stateTtl has expired", () => {
    function setUp() {
      let now = 1_000_000;
      const log = memoryLog({ retain: { events: 5, stateTtl: 60_000 }, now: () => now });
      const { topic } = createPublisher(contract, { log, snapshotEvery: 10 });
      const expire = () => {
        now += 60_000;
      };
      return { log, topic, expire, state: new TopicState(log, topicName, contract.total) };
    }

    it("starts over, with a cursor of the topic's new life", async () => {
      const { topic, expire, state } = setUp();
      await topic(contract.total).publish(add(1, 2, 3));
      const { cursor } = await state.current();
      expire();
      const next = await state.current();
      expect([next.json, next.cursor.offset]).toEqual([initial, 0]);
      expect(next.cursor.epoch).not.toBe(cursor.epoch);
      await topic(contract.total).publish(add(5));
      expect((await state.current()).json).toBe('{"sum":5,"count":1}');
    });

    it("validates published events against the initial state", async () => {
      const { log, topic, expire } = setUp();
      await topic(contract.total).publish(add(50));
      const spend = { type: "spend", data: 30 } as const;
      await topic(contract.total).publish(spend);
      expire();
      await expect(topic(contract.total).publish(spend)).rejects.toMatchObject({ code: "contractMismatch" });
      expect((await headOf(log, topicName)).offset).toBe(0);
    });

    it("saves snapshots as often as in its previous life", async () => {
      const { log, topic, expire } = setUp();
      for (let i = 0; i < 35; i++) await topic(contract.total).publish(add(1));
      const before = (await log.open(topicName, { from: "snapshot", limit: 0 })).snapshot;
      expire();
      for (let i = 0; i < 12; i++) await topic(contract.total).publish(add(1));
      const after = (await log.open(topicName, { from: "snapshot", limit: 0 })).snapshot;
      expect([before?.cursor.offset, after?.cursor.offset]).toEqual([30, 10]);
    });

    it("does so even if the last snapshot of that life was still being saved", async () => {
      const { log, expire } = setUp();
      const held: (() => void)[] = [];
      const slow: Log = {
        ...log,
        async saveSnapshot(...snapshot) {
          if (snapshot[1].offset === 30) await new Promise<void>((resolve) => held.push(resolve));
          return log.saveSnapshot(...snapshot);
        },
      };
      const { topic } = createPublisher(contract, { log: slow, snapshotEvery: 10 });
      for (let i = 0; i < 29; i++) await topic(contract.total).publish(add(1));
      const last = topic(contract.total).publish(add(1));
      await eventually(() => expect(held).toHaveLength(1));
      expire();
      await topic(contract.total).publish(add(1));
      held[0]?.();
      await last;
      for (let i = 0; i < 9; i++) await topic(contract.total).publish(add(1));
      expect((await log.open(topicName, { from: "snapshot", limit: 0 })).snapshot?.cursor.offset).toBe(10);
    });
  });

  it("refuses to publish events for which apply throws, and appends none of the batch", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log });
    await topic(contract.total).publish(add(1));
    await expect(topic(contract.total).publish(add(2, 13))).rejects.toMatchObject({ code: "contractMismatch" });
    expect((await headOf(log, topicName)).offset).toBe(1);
  });

  it("never skips an entry that does not fold: every later answer is the error", async () => {
    const log = memoryLog();
    const state = new TopicState(log, topicName, contract.total);
    await log.append(topicName, [{ type: "add", data: "1" }], { stateful: true });
    await log.append(topicName, [{ type: "add", data: '"one"' }], { stateful: true });
    await expect(state.current()).rejects.toMatchObject({ code: "unavailable" });
    await log.append(topicName, [{ type: "add", data: "1" }], { stateful: true });
    await expect(state.current()).rejects.toMatchObject({ code: "unavailable" });
  });

  it("folds a run's events, ignores its own entries, and stops at its end", async () => {
    const log = memoryLog();
    const state = new TopicState(log, topicName, contract.total);
    const append = (...types: string[]) =>
      log.append(
        topicName,
        types.map((type) => ({ type, data: "1" })),
      );
    await append("$start", "add", "$attached", "$attached");
    expect(await state.current()).toMatchObject({ json: '{"sum":1,"count":1}', cursor: await headOf(log, topicName) });
    const { cursor } = await append("$attached", "add");
    await append("$error", "add");
    await append("add");
    for (const each of [state, new TopicState(log, topicName, contract.total)]) {
      const { rest, ...state } = await each.current();
      expect(state).toEqual({ json: '{"sum":2,"count":2}', cursor });
      expect(rest?.entries.map(({ type }) => type)).toEqual(["$error", "add", "add"]);
    }
  });

  it("throws if the first events are gone and no snapshot was saved", async () => {
    const log = memoryLog({ retain: { events: 2 } });
    for (let i = 0; i < 5; i++) await log.append(topicName, [{ type: "add", data: "1" }]);
    await expect(new TopicState(log, topicName, contract.total).current()).rejects.toThrow(/cannot be folded/);
  });

  it("throws if the saved snapshot has outlived its history, and does not load forever", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log, snapshotEvery: 2 });
    await topic(contract.total).publish(add(1, 2));
    const empty = memoryLog();
    const open = vi.fn(async (...args: Parameters<Log["open"]>) => {
      await new Promise((resolve) => setImmediate(resolve)); // without this, an endless load would block everything else
      const [{ snapshot }, { page }] = await Promise.all([log.open(...args), empty.open(...args)]);
      return { page: snapshot ? await readLog(empty, topicName, snapshot.cursor, 512) : page, snapshot };
    });
    const emptied = { ...empty, open };
    const current = new TopicState(emptied, topicName, contract.total).current();
    await expect(current).rejects.toThrow(
      /cannot be folded: what it begins with belongs to a history that the log does not have/,
    );
    expect(open).toHaveBeenCalledTimes(2);
  });

  it("throws if it comes to the same gap again after it has started over, and does not start over forever", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log });
    await topic(contract.total).publish(add(1, 2));
    const other = memoryLog();
    await other.append(topicName, [{ type: "add", data: "1" }]);
    const open = vi.fn(async (...[name, options]: Parameters<Log["open"]>) => {
      await new Promise((resolve) => setImmediate(resolve)); // see above
      if (options.from !== "snapshot") return await other.open(name, options);
      const { page } = await log.open(name, options);
      return page.ok ? { page: { ...page, head: { ...page.head, offset: page.head.offset + 2 } } } : { page };
    });
    await expect(new TopicState({ ...log, open }, topicName, contract.total).current()).rejects.toThrow(
      /cannot be folded: what it begins with belongs to a history that the log does not have/,
    );
    expect(open.mock.calls.length).toBeLessThan(10);
  });
});

describe("TopicStates", () => {
  const texts = defineContract({
    text: subscription({
      input: z.int(),
      events: { written: z.string() },
      state: { schema: z.string(), initial: "", apply: { written: (_, text) => text } },
    }),
  });

  it("keeps the states used last, up to 64 Mi characters and 1,000 topics", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(texts, { log });
    const states = new TopicStates(log);
    const data = "x".repeat(1_000_000);
    const all: TopicState[] = [];
    for (let n = 0; n < 70; n++) {
      await topic(texts.text, n).publish({ type: "written", data });
      const state = states.of(`text?${n}`, texts.text);
      await state.current();
      all.push(state);
    }
    const isKept = (n: number) => states.of(`text?${n}`, texts.text) === all[n];
    expect([69, 68, 3, 2].map(isKept)).toEqual([true, true, true, false]);
    for (let n = 1_000; n < 2_000; n++) states.of(`text?${n}`, texts.text);
    expect(isKept(69)).toBe(false);
  });

  it("keeps the state used last, even if no other fits", async () => {
    const log = memoryLog();
    const states = new TopicStates(log);
    const half = "x".repeat(40 * 1024 * 1024);
    for (const name of ["text?1", "text?2"]) {
      const { cursor } = await log.append(name, [{ type: "written", data: '""' }], { stateful: true });
      await log.saveSnapshot(name, cursor, JSON.stringify(half));
    }
    const [first, second] = [states.of("text?1", texts.text), states.of("text?2", texts.text)];
    await first.current();
    await second.current();
    expect([states.of("text?2", texts.text) === second, states.of("text?1", texts.text) === first]).toEqual([
      true,
      false,
    ]);
  });
});
