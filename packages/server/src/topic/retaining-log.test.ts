import { defineContract, subscription } from "@sluice/contract";
import { type AppendOptions, type Log, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { createPublisher, createSluice, implement } from "../index.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";

const events = { post: z.string() };
const state = { schema: z.int(), initial: 0, apply: { post: (count: number) => count + 1 } };
const input = z.object({ id: z.string() });
const contract = defineContract({
  feeds: { news: subscription({ events }), room: subscription({ input, events }) },
  total: subscription({ input, events, state }),
  run: subscription({ input, events }),
  counted: subscription({ input, events, state }),
});
const retain = {
  "feeds/room": { events: 2 },
  total: { stateTtl: 1_000 },
  run: { events: 500 },
  counted: { age: 5_000 },
};
const post = (data: string) => ({ type: "post", data }) as const;

/** An engine that is an instance of a class with private members, and remembers what its appends were given. */
class ClassLog implements Log {
  readonly #log = memoryLog();
  readonly appends: [topic: string, retain: AppendOptions["retain"]][] = [];

  append: Log["append"] = (topic, given, options) => {
    this.appends.push([topic, options?.retain]);
    return this.#log.append(topic, given, options);
  };
  findAppend(...args: Parameters<Log["findAppend"]>) {
    return this.#log.findAppend(...args);
  }
  open(...args: Parameters<Log["open"]>) {
    return this.#log.open(...args);
  }
  watch(...args: Parameters<Log["watch"]>) {
    return this.#log.watch(...args);
  }
  saveSnapshot(...args: Parameters<Log["saveSnapshot"]>) {
    return this.#log.saveSnapshot(...args);
  }
  trim(...args: Parameters<Log["trim"]>) {
    return this.#log.trim(...args);
  }
  acquire(...args: Parameters<Log["acquire"]>) {
    return this.#log.acquire(...args);
  }
  renew(...args: Parameters<Log["renew"]>) {
    return this.#log.renew(...args);
  }
  release(...args: Parameters<Log["release"]>) {
    return this.#log.release(...args);
  }
  free(...args: Parameters<Log["free"]>) {
    return this.#log.free(...args);
  }
}

it("each append of a publisher and of a server gives the log the retention of its procedure, and no other", async () => {
  const s = implement(contract);
  async function* generate() {
    yield post("a");
  }
  const router = s.$router({
    feeds: { news: s.feeds.news.live(), room: s.feeds.room.live() },
    total: s.total.live(),
    run: s.run.stream(generate, { resumable: true }),
    counted: s.counted.stream(generate, { resumable: true }),
  });
  const log = new ClassLog();
  const sluice = createSluice(router, { log, retain });
  for (const { topic } of [createPublisher(contract, { log, retain }), sluice]) {
    await topic(contract.feeds.news).publish(post("a"));
    await topic(contract.feeds.room, { id: "1" }).publish([post("a"), post("b")], { idempotencyKey: "k" });
    await topic(contract.feeds.room, { id: "feeds/news" }).publish(post("a"));
    await topic(contract.total, { id: "1" }).publish(post("a"));
  }
  for (const procedure of [contract.run, contract.counted]) {
    for await (const event of subscribe(sluice, procedure, { id: "1" })) expect(event.data).toBe("a");
  }
  const given = new Map(log.appends.map(([topic, each]) => [`${topic} ${JSON.stringify(each)}`, topic]));
  expect([...given.keys()].filter((each) => !each.startsWith("$")).sort()).toEqual([
    'counted?{"id":"1"} {"age":5000}',
    "feeds/news undefined",
    'feeds/room?{"id":"1"} {"events":2}',
    'feeds/room?{"id":"feeds/news"} {"events":2}',
    'run?{"id":"1"} {"events":500}',
    'total?{"id":"1"} {"stateTtl":1000}',
  ]);
});

it("a topic's history and state are kept as the publisher says", async () => {
  let now = 0;
  const log = memoryLog({ retain: { events: 5 }, now: () => now });
  const { topic } = createPublisher(contract, { log, retain });
  const sizeOf = async (name: string) => {
    const { page } = await log.open(name, { from: "oldest", limit: 10 });
    return page.ok && page.entries.length;
  };
  for (let i = 0; i < 7; i++) {
    await topic(contract.feeds.news).publish(post("a"));
    await topic(contract.feeds.room, { id: "1" }).publish(post("a"));
  }
  expect([await sizeOf("feeds/news"), await sizeOf('feeds/room?{"id":"1"}')]).toEqual([5, 2]);
  const total = topic(contract.total, { id: "1" });
  await total.publish(post("a"));
  now += 1_500;
  expect((await total.state()).state).toBe(0);
});

it("the server's copy of retain does not change with the caller's object", async () => {
  const mine = { "feeds/room": { events: 2 } };
  const log = memoryLog();
  const { topic } = createPublisher(contract, { log, retain: mine });
  mine["feeds/room"].events = 1;
  await topic(contract.feeds.room, { id: "1" }).publish([post("a"), post("b"), post("c")]);
  const { page } = await log.open('feeds/room?{"id":"1"}', { from: "oldest", limit: 10 });
  expect(page.ok && page.entries.length).toBe(2);
});
