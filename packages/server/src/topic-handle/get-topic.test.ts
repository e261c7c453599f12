import { defineContract, SluiceError, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { createPublisher } from "../index.js";

const events = { post: z.string() };
const room = z.object({ id: z.string(), tags: z.array(z.string()).default([]) });
let isAway = false;
const looked = z.string().refine(() => {
  if (isAway) throw new SluiceError("unavailable");
  return true;
});
const contract = defineContract({
  feed: subscription({ events }),
  room: subscription({ input: room, events }),
  looked: subscription({ input: looked, events }),
  total: subscription({
    events,
    state: { schema: z.string(), initial: "", apply: { post: (all, text) => all + text } },
  }),
});
const post = (data: string) => ({ type: "post", data }) as const;

function setUp() {
  const log = memoryLog();
  const { topic } = createPublisher(contract, { log });
  const posts = async (name: string) => {
    const { page } = await log.open(name, { from: "oldest", limit: 100 });
    return page.ok ? page.entries.map(({ data }) => JSON.parse(data)) : page;
  };
  return { log, topic, posts };
}

it("a handle may be kept, and used after its topic was freed", async () => {
  const { log, topic, posts } = setUp();
  const { publish, state } = topic(contract.total);
  await publish(post("a"));
  expect(await state()).toMatchObject({ state: "a" });
  await log.free("total");
  await publish([post("b"), post("c")]);
  expect(await state()).toMatchObject({ state: "bc" });
  expect(await posts("total")).toEqual(["b", "c"]);
});

it("a handle has a state only if the contract declares one", () => {
  const { topic } = setUp();
  expect(Object.keys(topic(contract.feed))).not.toContain("state");
  expect(Object.keys(topic(contract.total))).toContain("state");
});

it("a handle keeps the topic that its input named, if the caller changes the input afterwards", async () => {
  const { topic, posts } = setUp();
  const input = { id: "1", tags: ["x"] };
  const handle = topic(contract.room, input);
  input.id = "2";
  input.tags.push("y");
  for (const data of ["a", "b"]) await handle.publish(post(data));
  expect(await posts('room?{"id":"1","tags":["x"]}')).toEqual(["a", "b"]);
});

it("events are appended in the order of the calls, through one handle and through several", async () => {
  const { topic, posts } = setUp();
  const input = { id: "1" };
  const handle = topic(contract.room, input);
  const published: Promise<unknown>[] = [];
  for (let n = 0; n < 30; n++) {
    published.push((n % 2 === 0 ? handle : topic(contract.room, input)).publish(post(String(n))));
    if (n % 3 === 0) await undefined;
  }
  await Promise.all(published);
  expect(await posts('room?{"id":"1","tags":[]}')).toEqual(Array.from({ length: 30 }, (_, n) => String(n)));
});

it("a log is asked in the order of the calls, with and without keys and state, also while it is slow to answer", async () => {
  const inner = memoryLog();
  const asked: string[] = [];
  const log: Log = {
    ...inner,
    async append(topic, events, options) {
      asked.push(...events.map(({ data }) => JSON.parse(data)));
      const answer = await inner.append(topic, events, options);
      for (let turns = asked.length % 4; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      return answer;
    },
  };
  const { topic } = createPublisher(contract, { log });
  for (const get of [() => topic(contract.room, { id: "1" }), () => topic(contract.total)]) {
    asked.length = 0;
    const kept = get();
    const published = Array.from({ length: 30 }, (_, n) => {
      const options = n % 3 === 0 ? { idempotencyKey: `${kept}${n}`, timeout: 20_000 - n } : {};
      const events = n % 5 === 0 ? [post(`${n}`), post(`${n}+`)] : post(`${n}`);
      return (n % 2 === 0 ? kept : get()).publish(events, options);
    });
    await Promise.all(published);
    expect(asked.filter((data) => !data.endsWith("+"))).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`));
  }
});

it("an invalid input rejects each promise of its handle, and ends no process where nobody uses it", async () => {
  const { topic } = setUp();
  topic(contract.room, { id: 1 } as never);
  const handle = topic(contract.room, { id: 1 } as never);
  for (let i = 0; i < 2; i++) {
    await expect(handle.publish(post("a"))).rejects.toMatchObject({ code: "badRequest" });
  }
  const given = topic(contract.feed, { id: 1 } as never);
  await expect(given.publish(post("a"))).rejects.toThrow('"feed" takes no input');
});

it("an input that could not be checked is checked again by the next use", async () => {
  const { topic, posts } = setUp();
  isAway = true;
  const handle = topic(contract.looked, "1");
  await expect(handle.publish(post("a"))).rejects.toMatchObject({ code: "unavailable" });
  isAway = false;
  await handle.publish(post("b"));
  expect(await posts('looked?"1"')).toEqual(["b"]);
});
