import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { headOf, readLog } from "../topic/read-log.test-kit.js";
import { TopicState } from "../topic/topic-state.js";
import { createPublisher } from "./create-publisher.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const events = { goal: z.object({ minute: z.int(), at: isoDate.optional() }), anything: z.unknown() };
const contract = defineContract({
  watch: subscription({ input: z.object({ id: z.string(), day: isoDate.optional(), n: z.int().default(1) }), events }),
});
const other = defineContract({ watch: subscription({ events: { goal: z.string() } }) });

async function setUp() {
  const log = memoryLog();
  const { topic } = createPublisher(contract, { log, maxEventLength: 200 });
  const read = async (topic: string) => {
    const page = await readLog(log, topic, "oldest", 100);
    return page.ok ? page.entries.map(({ type, data }) => ({ type, data })) : page;
  };
  return { log, topic, read };
}

describe("publish", () => {
  it("encodes with codecs and appends to the topic of the parsed input", async () => {
    const { topic, read } = await setUp();
    const at = new Date("2026-01-02T03:04:05.000Z");
    await topic(contract.watch, { id: "a", day: at }).publish({ type: "goal", data: { minute: 3, at } });
    expect(await read('watch?{"day":"2026-01-02T03:04:05.000Z","id":"a","n":1}')).toEqual([
      { type: "goal", data: '{"minute":3,"at":"2026-01-02T03:04:05.000Z"}' },
    ]);
  });

  it("uses the same topic for an input with its default left out, given, or with unknown fields", async () => {
    const { topic, read } = await setUp();
    const goal = { type: "goal" as const, data: { minute: 1 } };
    await topic(contract.watch, { id: "a" }).publish(goal);
    await topic(contract.watch, { n: 1, id: "a" }).publish(goal);
    await topic(contract.watch, { id: "a", extra: true } as { id: string }).publish(goal);
    expect(await read('watch?{"id":"a","n":1}')).toHaveLength(3);
  });

  it("appends a retried publish once and returns the first cursor", async () => {
    const { topic } = await setUp();
    const goal = { type: "goal" as const, data: { minute: 1 } };
    const first = await topic(contract.watch, { id: "a" }).publish(goal, { idempotencyKey: "k" });
    await topic(contract.watch, { id: "a" }).publish(goal);
    const again = await topic(contract.watch, { id: "a" }).publish(goal, { idempotencyKey: "k" });
    expect(first.duplicate).toBe(false);
    expect(again).toEqual({ cursor: first.cursor, duplicate: true });
  });

  it("recognises a retry by a long key too, of which the engine gets a digest", async () => {
    const log = memoryLog();
    const keys: (string | undefined)[] = [];
    const append: Log["append"] = (topic, appended, options) => {
      keys.push(options?.idempotencyKey);
      return log.append(topic, appended, options);
    };
    const { topic } = createPublisher(contract, { log: { ...log, append } });
    const goal = { type: "goal" as const, data: { minute: 1 } };
    const long = "k".repeat(1_000_000);
    const answers = [];
    for (const idempotencyKey of [long, long, `${long}k`, "k".repeat(512)]) {
      answers.push(await topic(contract.watch, { id: "a" }).publish(goal, { idempotencyKey }));
    }
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, true, false, false]);
    expect(keys.map((key) => key?.length)).toEqual([65, 65, 65, 512]);
  });

  it("recognises a retry by a key that is no Unicode, as a client may send it in JSON", async () => {
    const { topic } = await setUp();
    const answers = [];
    for (const idempotencyKey of ["\ud800", "\ud801", "\ud800", "\ufffd"]) {
      answers.push(
        await topic(contract.watch, { id: "a" }).publish({ type: "goal", data: { minute: 1 } }, { idempotencyKey }),
      );
    }
    expect(answers.map(({ duplicate }) => duplicate)).toEqual([false, false, true, false]);
  });

  it("refuses an empty idempotency key: every publish with it would count as a retry of the first", async () => {
    const { topic, read } = await setUp();
    const goal = { type: "goal" as const, data: { minute: 1 } };
    const refused = topic(contract.watch, { id: "a" }).publish(goal, { idempotencyKey: "" });
    await expect(refused).rejects.toThrow(/"watch" was given an empty idempotencyKey/);
    expect(await read('watch?{"id":"a","n":1}')).toEqual([]);
  });

  it.each<[string, unknown, RegExp]>([
    ["a field of the wrong type", { type: "goal", data: { minute: "3" } }, /"goal" of "watch": data.minute/],
    [
      "an event that is not in the contract",
      { type: "corner", data: {} },
      /"corner" of "watch".*allowed are goal, anything/,
    ],
    ["a name that every object has", { type: "constructor", data: {} }, /"constructor".*not an event of the contract/],
    ["data that JSON omits", { type: "anything", data: undefined }, /not a value that JSON can represent/],
    ["data that JSON cannot represent", { type: "anything", data: 1n }, /BigInt/],
    ["an event that is too long", { type: "anything", data: "x".repeat(300) }, /302 characters.*limit is 200/],
    ["no event at all", [], /no events/],
  ])("appends nothing of a batch with %s, and says why", async (_what, bad, message) => {
    const { topic, read } = await setUp();
    const batch = Array.isArray(bad) ? bad : [{ type: "goal", data: { minute: 1 } }, bad];
    await expect(topic(contract.watch, { id: "a" }).publish(batch as never)).rejects.toThrow(message);
    expect(await read('watch?{"id":"a","n":1}')).toEqual([]);
  });

  it("refuses a procedure of another contract, and an invalid input", async () => {
    const { topic } = await setUp();
    const goal = { type: "goal", data: "" } as never;
    expect(() => topic(other.watch)).toThrow(/"watch" is not one/);
    await expect(topic(contract.watch, {} as never).publish(goal)).rejects.toThrow(/id|goal/);
  });
});

describe("publish of data that does not read back as published", () => {
  const contract = defineContract({
    table: subscription({
      events: { row: z.object({ cells: z.array(z.number().optional()) }), any: z.object({ what: z.any() }) },
      state: {
        schema: z.object({ rows: z.number(), last: z.unknown() }),
        initial: { rows: 0, last: null },
        apply: {
          row: ({ rows }, { cells }) => ({ rows: rows + 1, last: cells }),
          any: ({ rows }, { what }) => ({ rows: rows / what, last: what }),
        },
      },
    }),
  });
  const { table } = contract;
  const good = { type: "row" as const, data: { cells: [1, 2] } };

  it.each<[string, unknown, RegExp]>([
    ["undefined in an array", { type: "row", data: { cells: [1, undefined] } }, /"row" of "table": data\.cells\.1/],
    ["a Date where anything goes", { type: "any", data: { what: new Date() } }, /"any" of "table": data\.what: .*Date/],
    ["a member that JSON omits", { type: "any", data: { what: undefined } }, /"any" of "table": data\.what/],
    ["an event that folds into an invalid state", { type: "any", data: { what: 0 } }, /"any" of "table" folds into/],
  ])("fails, names the place, and leaves the topic usable: %s", async (_what, bad, message) => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log });
    await topic(table).publish(good);
    await expect(topic(table).publish(bad as never)).rejects.toThrow(message);
    await expect(topic(table).publish([good, bad as never])).rejects.toThrow(message);
    await topic(table).publish(good);
    expect((await headOf(log, "table")).offset).toBe(2);
    const { json } = await new TopicState(log, "table", table).current();
    expect(json).toBe('{"rows":2,"last":[1,2]}');
  });
});
