import { defineContract, type EventInputOf, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createPublisher } from "../topic-handle/create-publisher.js";
import { headOf } from "./read-log.test-kit.js";
import { TopicState } from "./topic-state.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const counts = z.codec(z.array(z.tuple([z.string(), z.number()])), z.map(z.string(), z.number()), {
  decode: (pairs) => new Map(pairs),
  encode: (map) => [...map],
});
const item = z.object({ name: z.string(), tags: z.array(z.string()), at: isoDate.optional() });
const events = {
  add: item,
  rename: z.object({ name: z.string().optional(), note: z.string().optional() }),
  count: z.string(),
};
const schema = z.object({ items: z.array(item), name: z.string().optional(), counts, since: isoDate });
type State = z.output<typeof schema>;

const inPlace: Record<string, (state: State, data: never) => State> = {
  "pushing to a list": (s, x) => {
    s.items.push(x);
    return s;
  },
  "changing an item": (s, x) => {
    for (const each of s.items) each.name = "new";
    return { ...s, items: [...s.items, x] };
  },
  "changing it below a copy": (s, x) => {
    const copy = { ...s, items: [...s.items] };
    copy.items[0]?.tags.push("x");
    return { ...copy, items: [...copy.items, x] };
  },
  "changing the event's data": (s, x: never) => {
    (x as z.output<typeof item>).tags.sort();
    return { ...s, items: [...s.items, x] };
  },
  "a Map": (s) => {
    s.counts.set("a", (s.counts.get("a") ?? 0) + 1);
    return { ...s };
  },
  "a Date": (s) => {
    s.since.setFullYear(2000);
    return s;
  },
};

const contractWith = (add: (state: State, data: z.output<typeof item>) => State) =>
  defineContract({
    doc: subscription({
      input: z.object({ id: z.string() }),
      events,
      state: {
        schema,
        initial: { items: [], counts: new Map(), since: new Date(0) },
        apply: {
          add,
          rename: (s, patch) => ({ ...s, ...patch }),
          count: (s, key) => ({ ...s, counts: new Map(s.counts).set(key, (s.counts.get(key) ?? 0) + 1) }),
        },
      },
    }),
  });
const added: EventInputOf<ReturnType<typeof contractWith>["doc"]> = {
  type: "add",
  data: { name: "x", tags: ["b", "a"] },
};
const pure = contractWith((s, x) => ({ ...s, items: [...s.items, x] }));

afterEach(() => void vi.unstubAllEnvs());

describe("an apply that changes its arguments in place", () => {
  it.each(Object.entries(inPlace))("fails the publish, naming procedure and event: %s", async (_what, add) => {
    const log = memoryLog();
    const started = createPublisher(pure, { log });
    await started.topic(pure.doc, { id: "1" }).publish(added);
    const contract = contractWith(add as never);
    const { topic } = createPublisher(contract, { log });
    const state = new TopicState(log, 'doc?{"id":"1"}', pure.doc);
    const before = await state.current();
    await topic(contract.doc, { id: "1" })
      .publish({ type: "count", data: "a" })
      .catch(() => {});
    for (let i = 0; i < 2; i++) {
      const failed = topic(contract.doc, { id: "2" }).publish([added, added]);
      await expect(failed).rejects.toMatchObject({ code: "contractMismatch" });
      await expect(failed).rejects.toThrow(/event "add" of "doc" changes its state, or the event's data, in place/);
    }
    expect((await headOf(log, 'doc?{"id":"2"}')).offset).toBe(0);
    expect((await new TopicState(log, 'doc?{"id":"2"}', contract.doc).current()).json).toBe(
      '{"items":[],"counts":[],"since":"1970-01-01T00:00:00.000Z"}',
    );
    expect((await state.current()).json.startsWith(before.json.slice(0, 40))).toBe(true);
    expect(contract.doc.state?.initial).toEqual({ items: [], counts: new Map(), since: new Date(0) });
  });

  it("cannot change the initial state of other topics, even in production, where nothing is checked", async () => {
    vi.stubEnv("NODE_ENV", "production");
    const contract = contractWith(inPlace["a Map"] as never);
    const { topic } = createPublisher(contract, { log: memoryLog() });
    await topic(contract.doc, { id: "1" }).publish(added);
    expect(contract.doc.state?.initial.counts).toEqual(new Map());
  });
});

it("the publisher may change published data later without effect", async () => {
  const log = memoryLog();
  const { topic } = createPublisher(pure, { log });
  const data = { name: "x", tags: ["a"], at: new Date(0) };
  await topic(pure.doc, { id: "1" }).publish({ type: "add", data });
  data.tags.push("b");
  data.name = "y";
  data.at.setFullYear(2000);
  const { json } = await new TopicState(log, 'doc?{"id":"1"}', pure.doc).current();
  expect(JSON.parse(json).items).toEqual([{ name: "x", tags: ["a"], at: "1970-01-01T00:00:00.000Z" }]);
});

it("a publisher folds the state that clients fold: an undefined member counts as missing", async () => {
  const log = memoryLog();
  const { topic } = createPublisher(pure, { log, snapshotEvery: 2 });
  await topic(pure.doc, { id: "1" }).publish({ type: "rename", data: { name: "one" } });
  await topic(pure.doc, { id: "1" }).publish({ type: "rename", data: { name: undefined, note: "kept" } });
  const saved = (await log.open('doc?{"id":"1"}', { from: "snapshot", limit: 0 })).snapshot;
  expect(JSON.parse(saved?.data ?? "")).toMatchObject({ name: "one" });
});

it("a publish folds its events once, unless other entries come first", async () => {
  let applied = 0;
  const contract = contractWith((s, x) => {
    applied++;
    return { ...s, items: [...s.items, x] };
  });
  const log = memoryLog();
  const topic = 'doc?{"id":"1"}';
  const one = createPublisher(contract, { log });
  const two = createPublisher(contract, { log });
  for (let i = 0; i < 5; i++) await one.topic(contract.doc, { id: "1" }).publish([added, added]);
  expect(applied).toBe(10);
  await Promise.all([1, 2, 3].flatMap(() => [one, two].map((p) => p.topic(contract.doc, { id: "1" }).publish(added))));
  await one.topic(contract.doc, { id: "1" }).publish({ type: "add", data: { name: "last", tags: [] } });
  const { json } = await new TopicState(log, topic, contract.doc).current();
  expect(JSON.parse(json).items).toHaveLength(17);
  await one.topic(contract.doc, { id: "1" }).publish({ type: "count", data: "a" });
});
