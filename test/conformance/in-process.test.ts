import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { SluiceError } from "@sluice/contract";
import { memoryLog, type Sluice } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { adapters, type Context } from "./adapters.js";
import { contract } from "./contract.js";
import { posts, range } from "./events.js";
import { clientInProcess } from "./in-process.js";
import { open } from "./reader.js";
import { eventually, turns, within } from "./within.js";
import { startWorld, type World, type WorldOptions } from "./world.js";

const start = (options?: WorldOptions) => startWorld(adapters[0] as (typeof adapters)[0], options);
const context: Context = { user: "ann" };

async function take<T>(events: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const long = (n: number) => ({ type: "post" as const, data: { n, pad: "x".repeat(1_000) } });

const clientOf = (sluice: Sluice<Context>, as: Context = context) => clientInProcess(contract, sluice, as);

const expectNothingLeft = ({ log, clock, parts }: World) =>
  expect([log.watchers, clock.timers, parts.admission.streams.size]).toEqual([0, 0, 0]);

describe("a client in this process", () => {
  it("gets the same events as over the network, with their ids (PROTOCOL §5.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 600)));
    const reader = await (await open(world, "feed/oldest")).live();
    reader.destroy();
    const { feed } = clientOf(world.sluice);
    const events = await take(feed.oldest.iterate(), 600);
    expect(events).toEqual(reader.events.map(({ type, data, id }) => ({ type, data: JSON.parse(data), id })));
    expect(await take(feed.oldest.iterate(undefined, { cursor: events[597]?.id ?? "" }), 2)).toEqual(events.slice(598));
    await eventually(() => expectNothingLeft(world));
  });

  it("leaves nothing on the server when it is closed: no stream, no watcher, no timer", async () => {
    const world = await start();
    await world.topic(world.contract.feed.oldest).publish(posts(1));
    const client = clientOf(world.sluice);
    const ends: string[] = [];
    const store = client.scores.watch.store({ matchId: "m1" });
    store.subscribe(({ status }) => status === "ended" && ends.push("store"));
    client.feed.head.subscribe({ onEnd: () => ends.push("handlers") });
    const loop = client.feed.oldest.iterate()[Symbol.asyncIterator]();
    await loop.next();
    await eventually(() => expect(world.parts.admission.streams.size).toBe(2)); // the loop has one of its own
    client.$close();
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    expect(ends).toEqual(["store", "handlers"]);
    await eventually(() => expectNothingLeft(world));
    await expect(client.feed.oldest.iterate()[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "aborted",
    });
  });

  it("gets states and decoded events (PROTOCOL §8)", async () => {
    const world = await start();
    const at = new Date(0);
    const fullTime = () =>
      world.topic(world.contract.scores.watch, { matchId: "m1" }).publish({ type: "fullTime", data: { at } });
    await fullTime();
    const states: unknown[] = [];
    const events: unknown[] = [];
    const stop = clientOf(world.sluice).scores.watch.subscribe(
      { matchId: "m1" },
      { onState: (state) => states.push(state), on: { fullTime: (data) => events.push(data) } },
    );
    await eventually(() => expect(states).toEqual([{ home: 0, away: 0, endedAt: at }]));
    await fullTime();
    await eventually(() => expect(events).toEqual([{ at }]));
    stop();
  });

  it("calls, with typed errors and their data", async () => {
    const since = new Date(0);
    const { sluice } = await start({
      report({ matchNotFound }) {
        throw matchNotFound({ data: { matchId: "m1", since } });
      },
    });
    const { scores } = clientOf(sluice);
    expect(await scores.find({ matchId: "m1" })).toEqual({ matchId: "m1", limit: 5 });
    const error = await scores.report({ matchId: "m1" }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(SluiceError);
    expect(error).toMatchObject({ code: "matchNotFound", status: 404, data: { matchId: "m1", since } });
  });

  it("is refused by the middleware, and for an invalid input or cursor", async () => {
    const world = await start();
    const { feed, scores } = clientOf(world.sluice, { user: null });
    await expect(take(feed.private.iterate(), 1)).rejects.toMatchObject({ code: "unauthorized" });
    await expect(take(scores.watch.iterate({ matchId: 7 as never }), 1)).rejects.toMatchObject({
      code: "badRequest",
      issues: [{ path: ["matchId"] }],
    });
    await expect(take(feed.head.iterate(undefined, { cursor: "x" }), 1)).rejects.toMatchObject({ code: "badRequest" });
    expectNothingLeft(world);
  });

  it("gets the stream's errors and its end (PROTOCOL §5.8, §5.9)", async () => {
    const world = await start({
      async *tokens({ overloaded, lastEventId }) {
        yield { type: "token", data: "a" };
        if (overloaded) throw overloaded({ data: { at: new Date(0) } });
        if (lastEventId) throw new Error("secret");
      },
    });
    const { bot, feed } = clientOf(world.sluice);
    const failed = await take(bot.once.iterate(), 5).catch((error) => error);
    expect(failed).toMatchObject({ code: "overloaded", data: { at: new Date(0) } });
    expect(await take(bot.again.iterate(), 5)).toHaveLength(1);
    await expect(take(feed.head.iterate(undefined, { cursor: "a.1.b" }), 1)).rejects.toMatchObject({
      code: "gap",
      data: { reason: "epoch" },
    });
    await eventually(() => expectNothingLeft(world));
  });

  it("is told of a gap behind which it falls, though it read everything in order before", async () => {
    const world = await start({ log: memoryLog({ retain: { events: 100 } }) });
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(long(1));
    const events = clientOf(world.sluice).feed.oldest.iterate()[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ data: { n: 1 } });
    for (const n of range(2, 500)) await world.topic(oldest).publish(long(n));
    const rest: number[] = [];
    const reading = (async () => {
      for (let next = await events.next(); !next.done; next = await events.next()) rest.push(next.value.data.n);
    })();
    await expect(reading).rejects.toMatchObject({ code: "gap", data: { oldest: expect.any(String) } });
    expect(rest).toEqual(range(2, 1 + rest.length));
    await eventually(() => expectNothingLeft(world));
  });

  it("pauses a generator while it takes nothing, and stops it when it leaves (PROTOCOL §4.4)", async () => {
    let yielded = 0;
    let stopped = false;
    const world = await start({
      async *tokens() {
        try {
          for (;;) yield { type: "token", data: `${++yielded}`.padEnd(1_000) };
        } finally {
          stopped = true;
        }
      },
    });
    const events = clientOf(world.sluice).bot.once.iterate()[Symbol.asyncIterator]();
    const next = async () => Number((await events.next()).value?.data);
    expect(await next()).toBe(1);
    await turns(20);
    const stood = yielded;
    expect(stood).toBeLessThan(300);
    await turns(20);
    expect(yielded).toBe(stood);
    for (let n = 2; n <= stood + 100; n++) expect(await next()).toBe(n);
    expect(yielded).toBeGreaterThan(stood);
    await events.return?.();
    await eventually(() => expect(stopped).toBe(true));
    await eventually(() => expectNothingLeft(world));
  });

  it("makes the server read no further while it takes nothing, and loses nothing (PROTOCOL §4.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    const total = 1_000;
    for (const n of range(1, total)) await world.topic(oldest).publish(long(n));
    const events = clientOf(world.sluice).feed.oldest.iterate()[Symbol.asyncIterator]();
    await events.next();
    await turns(20);
    expect(world.log.reads.reduce((sum, { entries }) => sum + entries, 0)).toBeLessThan(800);
    for (let n = 2; n <= total; n++) expect((await events.next()).value).toMatchObject({ data: { n } });
    await events.return?.();
    await eventually(() => expectNothingLeft(world));
  });

  it("is cut if it takes nothing for the stall timeout, and resumes with nothing lost (PROTOCOL §4.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    const total = 1_000;
    for (const n of range(1, total)) await world.topic(oldest).publish(long(n));
    const events = clientOf(world.sluice).feed.oldest.iterate()[Symbol.asyncIterator]();
    await events.next();
    await eventually(() => expect(world.sluice.stats().lagging).toBe(1));
    world.clock.advance(world.parts.streams.stallTimeout);
    expect(world.sluice.stats().streams).toBe(0);
    for (let n = 2; n <= total; n++) expect((await events.next()).value).toMatchObject({ data: { n } });
    expect(world.sluice.stats().resumes).toBe(1);
    await events.return?.();
  });

  it("is told that it was revoked, gets nothing later, and others stay (PROTOCOL §4.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 50)));
    const [ann, bob] = ["ann", "bob"].map((tag) =>
      clientOf(world.sluice, { user: tag, tags: [tag] } as never)
        .feed.oldest.iterate()
        [Symbol.asyncIterator](),
    ) as [Events, Events];
    for (const events of [ann, bob]) await events.next();
    await turns(20);
    expect(await world.sluice.disconnect({ tag: "ann" })).toEqual({ ended: 1 });
    await world.topic(oldest).publish(posts(51));
    const seen: number[] = [];
    const reading = (async () => {
      for (let next = await ann.next(); !next.done; next = await ann.next()) seen.push(next.value.data.n);
    })();
    await expect(reading).rejects.toMatchObject({ code: "forbidden" });
    expect(seen).toEqual(range(2, 50));
    for (const n of range(2, 51)) expect((await bob.next()).value).toMatchObject({ data: { n } });
    await bob.return?.();
    await eventually(() => expectNothingLeft(world));
  });

  it("is told that its authorisation expired (PROTOCOL §4.2)", async () => {
    const world = await start();
    const expiring = { user: "ann", expiresAt: world.clock.now() + 1_000 };
    const next = clientOf(world.sluice, expiring).feed.head.iterate()[Symbol.asyncIterator]().next();
    const expired = expect(next).rejects.toMatchObject({ code: "unauthorized" });
    await eventually(() => expect(world.sluice.stats().streams).toBe(1));
    world.clock.advance(1_250);
    await expired;
    expectNothingLeft(world);
  });

  it("is drained like any other, and its streams count as any other's", async () => {
    const world = await start();
    const statuses: string[] = [];
    const stop = clientOf(world.sluice).feed.head.subscribe({
      onConnection: ({ status }) => statuses.push(status),
    });
    await eventually(() => expect([statuses.at(-1), world.sluice.stats().streams]).toEqual(["live", 1]));
    const drained = world.sluice.drain();
    world.clock.advance(5_000);
    await within(drained, () => "drain() to resolve");
    await eventually(() => expect(statuses.at(-1)).toBe("reconnecting"));
    stop();
  });
});

type Events = AsyncIterator<{ readonly data: { readonly n: number } }, undefined>;

describe("a loop in this process that is left while it waits", () => {
  it("for an event, frees everything, for example when a Readable made from it is destroyed", async () => {
    const world = await start();
    const readable = Readable.from(clientOf(world.sluice).feed.head.iterate());
    readable.resume();
    await eventually(() => expect(world.sluice.stats().streams).toBe(1));
    const closed = new Promise((resolve) => readable.on("close", resolve));
    readable.destroy();
    await within(closed, () => "the end of the loop");
    await eventually(() => expectNothingLeft(world));
  });

  it.each(["return", "signal"] as const)("for the middleware, ends at once (%s)", async (how) => {
    let go = () => {};
    const world = await start({ gate: () => new Promise<void>((resolve) => (go = resolve)) });
    const abort = new AbortController();
    const events = clientOf(world.sluice)
      .feed.head.iterate(undefined, { signal: abort.signal })
      [Symbol.asyncIterator]();
    const next = events.next().catch((error) => error.code);
    await eventually(() => expect(world.parts.admission.openings.size).toBe(1));
    if (how === "signal") abort.abort();
    else await within(events.return?.() ?? next, () => "the end of the loop");
    const end = await within(next, () => "the end of the loop");
    expect(end).toEqual(how === "signal" ? "aborted" : { done: true, value: undefined });
    go();
    await eventually(() => expect(world.parts.admission.openings.size).toBe(0));
    expectNothingLeft(world);
  });
});

describe("call() in this process", () => {
  it("returns the wire's output, decoded, and runs the middleware", async () => {
    const { sluice, contract } = await start({ report: () => ({ cursor: "c" }) });
    expect(await sluice.call(contract.scores.find, { matchId: "m1" }, { context })).toEqual({
      matchId: "m1",
      limit: 5,
    });
    expect(await sluice.call(contract.scores.report, { matchId: "m1", at: new Date(0) }, { context })).toEqual({
      cursor: "c",
    });
    expect(await sluice.call(contract.scores.ping, undefined, { context })).toBeUndefined();
  });

  it("throws the handler's error unchanged", async () => {
    const error = new Error("as it is");
    const { sluice, contract } = await start({ find: () => Promise.reject(error) });
    await expect(sluice.call(contract.scores.find, { matchId: "m1" }, { context })).rejects.toBe(error);
    const wrong = sluice.call(contract.scores.find, { matchId: 7 as never }, { context });
    await expect(wrong).rejects.toMatchObject({ code: "badRequest", issues: [{ path: ["matchId"] }] });
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const { sluice, contract } = await start({ find: ({ limit }) => limit || Promise.reject(new Error("none")) });
    const { signal } = new AbortController();
    await sluice.call(contract.scores.find, { matchId: "m1" }, { context, signal });
    const failing = sluice.call(contract.scores.find, { matchId: "m1", limit: 0 }, { context, signal });
    await expect(failing).rejects.toThrow("none");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
