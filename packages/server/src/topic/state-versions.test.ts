import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createPublisher } from "../topic-handle/create-publisher.js";
import { headOf, readLog } from "./read-log.test-kit.js";
import { TopicState } from "./topic-state.js";

const topicName = "score";
const plus = <S extends { goals: number }>(state: S, n: number) => ({ ...state, goals: state.goals + n });
const one = defineContract({
  score: subscription({
    events: { goal: z.int(), old: z.int() },
    state: { schema: z.object({ goals: z.int() }), initial: { goals: 0 }, apply: { goal: plus, old: plus } },
  }),
});
type New = { goals: number; cards: number };
const two = (migrate?: (old: unknown, from: number) => New, version = 2) =>
  defineContract({
    score: subscription({
      events: { goal: z.int(), card: z.int() },
      state: {
        schema: z.object({ goals: z.int(), cards: z.int() }),
        initial: { goals: 0, cards: 0 },
        apply: { goal: plus, card: (state: New, n: number) => ({ ...state, cards: state.cards + n }) },
        version,
        ...(migrate ? { migrate } : {}),
      },
    }),
  });
const withCards = (old: unknown) => ({ goals: (old as { goals: number }).goals, cards: 7 });
const goals = (...numbers: number[]) => numbers.map((data) => ({ type: "goal" as const, data }));
const stateIn = async (log: Log, contract: ReturnType<typeof two>) =>
  JSON.parse((await new TopicState(log, topicName, contract.score).current()).json);

/** A log with a snapshot of version 1, at 20 goals, and without the events before it. */
async function trimmed() {
  const log = memoryLog({ retain: { events: 5 } });
  const { topic } = createPublisher(one, { log, snapshotEvery: 10 });
  await topic(one.score).publish(goals(...Array(10).fill(1)));
  await topic(one.score).publish(goals(...Array(10).fill(1)));
  return { log, topic };
}

describe("a state whose version was raised", () => {
  it("is folded again if the log has all events", async () => {
    const log = memoryLog();
    await createPublisher(one, { log, snapshotEvery: 2 })
      .topic(one.score)
      .publish(goals(1, 2, 3));
    const from: number[] = [];
    const contract = two((old, version) => {
      from.push(version);
      return withCards(old);
    });
    expect([await stateIn(log, contract), from]).toEqual([{ goals: 6, cards: 0 }, []]);
  });

  it("is migrated from the saved snapshot if the log has not, and later events are folded", async () => {
    const { log, topic } = await trimmed();
    await topic(one.score).publish(goals(100));
    const from: unknown[] = [];
    const contract = two((old, version) => {
      from.push(old, version);
      return withCards(old);
    });
    expect([await stateIn(log, contract), from]).toEqual([{ goals: 120, cards: 7 }, [{ goals: 20 }, 1]]);
  });

  it("is migrated if the log has an event that the contract no longer knows", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(one, { log, snapshotEvery: 2 });
    await topic(one.score).publish([{ type: "old", data: 5 }, ...goals(1)]);
    await topic(one.score).publish(goals(10));
    expect(await stateIn(log, two(withCards))).toEqual({ goals: 16, cards: 7 });
  });

  it.each([
    ["one that the contract no longer knows", { type: "old", data: "5" }],
    ["one whose data doesn't fit", { type: "goal", data: '"5"' }],
  ])(
    "starts over after the last event that cannot be folded, if there is nothing to migrate: %s",
    async (_what, event) => {
      const log = memoryLog();
      const { topic } = createPublisher(one, { log });
      await topic(one.score).publish(goals(1));
      await log.append(topicName, [event], { stateful: true });
      await topic(one.score)
        .publish(goals(10))
        .catch(() => log.append(topicName, [{ type: "goal", data: "10" }]));
      for (const contract of [two(), two(withCards)])
        expect(await stateIn(log, contract)).toEqual({ goals: 10, cards: 0 });
    },
  );

  it("starts over at the snapshot if there is no migrate function", async () => {
    const { log, topic } = await trimmed();
    await topic(one.score).publish(goals(100));
    expect(await stateIn(log, two())).toEqual({ goals: 100, cards: 0 });
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("not this one"))],
    ["returns an invalid state", () => ({ goals: 1 })],
    [
      "throws",
      () => {
        throw new Error("not this one");
      },
    ],
  ])("is unavailable, and loses nothing, while migrate %s", async (_what, migrate) => {
    const { log } = await trimmed();
    const broken = two(migrate as never);
    await expect(stateIn(log, broken)).rejects.toMatchObject({
      code: "unavailable",
      cause: { message: expect.stringContaining("state.migrate failed for the snapshot saved with state.version 1") },
    });
    const { topic } = createPublisher(broken, { log });
    await expect(topic(broken.score).publish(goals(1))).rejects.toMatchObject({ code: "unavailable" });
    expect((await headOf(log, topicName)).offset).toBe(20);
    expect(await stateIn(log, two(withCards))).toEqual({ goals: 20, cards: 7 });
  });
});

describe("a snapshot", () => {
  it("is saved and read with its version", async () => {
    const { log } = await trimmed();
    const contract = two(withCards);
    const { topic } = createPublisher(contract, { log, snapshotEvery: 10 });
    await topic(contract.score).publish(goals(1));
    expect((await log.open(topicName, { from: "snapshot", limit: 0 })).snapshot?.data).toBe(
      'v2:{"goals":21,"cards":7}',
    );
    const thrice = two((old, from) => ({ ...(old as New), cards: from * 10 }), 3);
    expect(await stateIn(log, thrice)).toEqual({ goals: 21, cards: 20 });
  });

  it("of the same version that does not fit is unavailable: the version should have been raised", async () => {
    const { log } = await trimmed();
    await expect(new TopicState(log, topicName, two(undefined, 1).score).current()).rejects.toMatchObject({
      code: "unavailable",
      cause: { message: expect.stringContaining("this server's state.version 1 doesn't fit state.schema") },
    });
  });
});

describe("a server with a lower version", () => {
  it("neither publishes nor answers, and does not overwrite the newer snapshot", async () => {
    const log = memoryLog();
    const behind = new TopicState(log, topicName, one.score);
    await behind.current();
    const contract = two();
    await createPublisher(contract, { log, snapshotEvery: 2 }).topic(contract.score).publish(goals(1, 2));
    const { topic } = createPublisher(one, { log, snapshotEvery: 1 });
    const errors = await Promise.all(
      [1, 2].flatMap(() =>
        [behind.current(), topic(one.score).publish(goals(1))].map((p) => p.catch((error) => error)),
      ),
    );
    for (const error of errors) expect(error).toMatchObject({ code: "unavailable" });
    expect((await log.open(topicName, { from: "snapshot", limit: 0 })).snapshot?.data).toBe('v2:{"goals":3,"cards":0}');
    expect((await readLog(log, topicName, "oldest", 9)).ok && (await headOf(log, topicName)).offset).toBe(3);
  });

  it("answers a retry of its own publish like the first, although it can publish no more", async () => {
    const log = memoryLog();
    const [older, newer] = [createPublisher(one, { log }), createPublisher(two(), { log })];
    const options = { idempotencyKey: "k1" };
    const first = await older.topic(one.score).publish(goals(1), options);
    await newer.topic(two().score).publish(goals(2));
    expect(await older.topic(one.score).publish(goals(1), options)).toEqual({ ...first, duplicate: true });
  });

  it("appends nothing after an event of a newer contract, however many publishes are in flight", async () => {
    const log = memoryLog();
    const contract = two();
    const [older, newer] = [createPublisher(one, { log }), createPublisher(contract, { log })];
    await older.topic(one.score).publish(goals(1));
    const old = Array.from({ length: 20 }, () => older.topic(one.score).publish([{ type: "old", data: 1 }]));
    const made = Array.from({ length: 20 }, () => newer.topic(contract.score).publish(goals(1)));
    const settled = await Promise.allSettled([...old, ...made]);
    for (const result of settled) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "unavailable" });
    }
    const read = await readLog(log, topicName, "oldest", 100);
    const types = read.ok ? read.entries.map(({ type }) => type) : [];
    expect(types.indexOf("$version")).toBeGreaterThan(types.lastIndexOf("old"));
    expect(types.filter((type) => type === "$version")).toHaveLength(1);
    expect(settled.slice(20).every(({ status }) => status === "fulfilled")).toBe(true);
  });

  it("throws the same error object each time, so that it is reported once", async () => {
    const log = memoryLog();
    const contract = two();
    const { topic } = createPublisher(contract, { log });
    await topic(contract.score).publish(goals(1));
    const state = new TopicState(log, topicName, one.score);
    const errors = [await state.current().catch((e) => e), await state.current().catch((e) => e)];
    expect(errors[0]).toBe(errors[1]);
  });
});

it("a topic records the version once, before the first event published with it", async () => {
  const log = memoryLog();
  const contract = two();
  const { topic } = createPublisher(contract, { log });
  await topic(contract.score).publish(goals(1));
  await topic(contract.score).publish(goals(2, 3));
  await createPublisher(contract, { log }).topic(contract.score).publish(goals(4));
  const read = await readLog(log, topicName, "oldest", 9);
  expect(read.ok && read.entries.map(({ type, data }) => [type, data])).toEqual([
    ["$version", '{"version":2}'],
    ...[1, 2, 3, 4].map((n) => ["goal", String(n)]),
  ]);
});

it("says its version in the topic's record, once, and keeps what else is there; version 1 says nothing", async () => {
  const log = memoryLog();
  const recordIn = async () => (await readLog(log, topicName, { last: 0 }, 0)).record;
  const records: unknown[] = [];
  const counting: Log = {
    ...log,
    append: (name: string, events: never, options: never) => {
      records.push((options as { record?: string }).record);
      return log.append(name, events, options);
    },
  };
  await createPublisher(one, { log: counting }).topic(one.score).publish(goals(1));
  expect(await recordIn()).toBeUndefined();
  const input = "f".repeat(64);
  await log.append(topicName, [{ type: "$attached", data: "{}" }], { record: JSON.stringify({ input }) });
  const contract = two();
  const { topic } = createPublisher(contract, { log: counting });
  await topic(contract.score).publish(goals(2));
  await topic(contract.score).publish(goals(3));
  await createPublisher(contract, { log: counting }).topic(contract.score).publish(goals(4));
  expect(JSON.parse((await recordIn()) ?? "")).toEqual({ version: 2, input });
  expect(records.filter((record) => record !== undefined)).toHaveLength(1);
});
