import { getEventListeners } from "node:events";
import { Readable } from "node:stream";
import { SluiceError } from "@sluice/contract";
import { memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import { adapters } from "./adapters.js";
import { posts, range } from "./events.js";
import { open } from "./reader.js";
import { eventually, turns, within } from "./within.js";
import { startWorld, type World, type WorldOptions } from "./world.js";

const start = (options?: WorldOptions) => startWorld(adapters[0] as (typeof adapters)[0], options);
const context = { user: "ann" };

async function take<T>(events: AsyncIterable<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const expectNothingLeft = ({ log, clock, parts }: World) =>
  expect([log.watchers, clock.timers, parts.admission.streams.size]).toEqual([0, 0, 0]);

describe("subscribe() in this process", () => {
  it("yields the same events as the wire, with their ids (PROTOCOL §5.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 600)));
    const reader = await (await open(world, "feed/oldest")).live();
    reader.destroy();
    const events = await take(world.sluice.subscribe(oldest, undefined, { context }), 600);
    expect(events).toEqual(reader.events.map(({ type, data, id }) => ({ type, data: JSON.parse(data), id })));
    const rest = await take(world.sluice.subscribe(oldest, undefined, { context, cursor: events[597]?.id ?? "" }), 2);
    expect(rest).toEqual(events.slice(598));
  });

  it("decodes events and the snapshot (PROTOCOL §8)", async () => {
    const world = await start();
    const { watch } = world.contract.scores;
    const at = new Date(0);
    await world.topic(watch, { matchId: "m1" }).publish({ type: "fullTime", data: { at } });
    const states: unknown[] = [];
    const events = world.sluice.subscribe(
      watch,
      { matchId: "m1" },
      {
        context,
        onSnapshot: (state) => {
          states.push(state);
          void world.topic(watch, { matchId: "m1" }).publish({ type: "fullTime", data: { at } });
        },
      },
    );
    expect((await take(events, 1))[0]).toMatchObject({ type: "fullTime", data: { at } });
    expect(states).toEqual([{ home: 0, away: 0, endedAt: at }]);
    await turns();
    expectNothingLeft(world);
  });

  it("runs the middleware, and throws what it throws", async () => {
    const world = await start();
    const denied = world.sluice.subscribe(world.contract.feed.private, undefined, { context: { user: null } });
    await expect(take(denied, 1)).rejects.toMatchObject({ code: "unauthorized" });
    await world.topic(world.contract.feed.private).publish(posts(1));
    expectNothingLeft(world);
  });

  it("throws badRequest for an invalid input or cursor", async () => {
    const { sluice, contract } = await start();
    const wrong = sluice.subscribe(contract.scores.watch, { matchId: 7 as never }, { context });
    await expect(take(wrong, 1)).rejects.toMatchObject({ code: "badRequest", issues: [{ path: ["matchId"] }] });
    for (const cursor of ["x", "$x"]) {
      const refused = sluice.subscribe(contract.feed.head, undefined, { context, cursor });
      await expect(take(refused, 1)).rejects.toMatchObject({ code: "badRequest" });
    }
  });

  it("knows the reserved ids (PROTOCOL §6.3)", async () => {
    const { sluice, contract } = await start();
    for (const procedure of [contract.feed.head, contract.bot.once]) {
      expect(
        await take(sluice.subscribe(procedure as never, undefined as never, { context, cursor: "$end" }), 1),
      ).toEqual([]);
      const interrupted = take(
        sluice.subscribe(procedure as never, undefined as never, { context, cursor: "$once" }),
        1,
      );
      await expect(interrupted).rejects.toMatchObject({ code: "interrupted" });
    }
  });

  it("throws the stream's errors, and ends with its end (PROTOCOL §5.8, §5.9)", async () => {
    const world = await start({
      async *tokens({ overloaded, lastEventId }) {
        yield { type: "token", data: "a" };
        if (overloaded) throw overloaded({ data: { at: new Date(0) } });
        if (lastEventId) throw new Error("secret");
      },
    });
    const { sluice, contract } = world;
    const failed = await take(sluice.subscribe(contract.bot.once, undefined, { context }), 5).catch((error) => error);
    expect(failed).toBeInstanceOf(SluiceError);
    expect(failed).toMatchObject({ code: "overloaded", data: { at: new Date(0) } });
    expect(await take(sluice.subscribe(contract.bot.again, undefined, { context }), 5)).toHaveLength(1);
    const gap = take(sluice.subscribe(contract.feed.head, undefined, { context, cursor: "a.1.b" }), 1);
    await expect(gap).rejects.toMatchObject({ code: "gap", data: { reason: "epoch" } });
    expectNothingLeft(world);
  });

  it.each(["skip", "oldest", "fail"] as const)("throws gap when events are missing, onGap: %s", async (name) => {
    const log = memoryLog({ retain: { events: 100 } });
    const world = await start({ log });
    const procedure = name === "fail" ? world.contract.feed.oldest : world.contract.feed.skip;
    await world.topic(procedure).publish(posts(...range(1, 50)));
    const { cursor } = await world.topic(procedure).publish(posts(51));
    const options = name === "oldest" ? { context, cursor: "other.1.m" } : { context, cursor };
    const iterator = world.sluice.subscribe(procedure, undefined, options)[Symbol.asyncIterator]();
    if (name === "skip") {
      await world.topic(procedure).publish(posts(52));
      expect((await iterator.next()).value).toMatchObject({ data: { n: 52 } });
    }
    await world.topic(procedure).publish(posts(...range(53, 2_000)));
    const rest: number[] = [];
    const reading = (async () => {
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) rest.push(next.value.data.n);
    })();
    await expect(reading).rejects.toMatchObject({ code: "gap", data: { oldest: expect.any(String) } });
    expect(rest).toEqual(range(53, 52 + rest.length));
    expectNothingLeft(world);
  });

  it("throws gap for a state without an onSnapshot handler, and not with one", async () => {
    const world = await start();
    const { watch } = world.contract.scores;
    const lost = { context, cursor: "other.1.m" };
    await expect(take(world.sluice.subscribe(watch, { matchId: "m1" }, lost), 1)).rejects.toMatchObject({
      code: "gap",
    });
    const states: unknown[] = [];
    const onSnapshot = (state: unknown) => {
      states.push(state);
      void world.topic(watch, { matchId: "m1" }).publish({ type: "goal", data: { team: "home", minute: 1 } });
    };
    await take(world.sluice.subscribe(watch, { matchId: "m1" }, { ...lost, onSnapshot }), 1);
    expect(states).toHaveLength(1);
  });

  it("reports a skipped event to onError", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.log.append("feed/oldest", [
      { type: "poll", data: "1" },
      { type: "post", data: '{"n":"1"}' },
      { type: "post", data: "{" },
      { type: "post", data: '{"n":2}' },
    ]);
    const [event] = await take(world.sluice.subscribe(oldest, undefined, { context }), 1);
    expect(event).toMatchObject({ data: { n: 2 } });
    expect(world.reports.map(({ path, error }) => [path, (error as Error).message])).toEqual(
      ["poll", "post", "post"].map((type) => [
        "feed/oldest",
        expect.stringContaining(`skipped an event "${type}" of "feed/oldest"`),
      ]),
    );
  });

  it("pauses a generator while the loop takes nothing, and stops it when the loop is left (PROTOCOL §4.4)", async () => {
    let yielded = 0;
    let stopped = false;
    const world = await start({
      async *tokens() {
        try {
          for (;;) yield { type: "token", data: `${++yielded}` };
        } finally {
          stopped = true;
        }
      },
    });
    const iterator = world.sluice.subscribe(world.contract.bot.once, undefined, { context })[Symbol.asyncIterator]();
    expect((await iterator.next()).value).toMatchObject({ data: "1" });
    await turns();
    const stood = yielded;
    expect(stood).toBeLessThan(200);
    await turns();
    expect(yielded).toBe(stood);
    for (let n = 2; n <= stood + 100; n++) expect((await iterator.next()).value).toMatchObject({ data: `${n}` });
    expect(yielded).toBeGreaterThan(stood);
    await iterator.return?.();
    await turns();
    expect(stopped).toBe(true);
    expectNothingLeft(world);
  });

  it("reads no further in a topic while the loop takes nothing, and loses nothing (PROTOCOL §4.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    const total = 5_000;
    await world.topic(oldest).publish(posts(...range(1, total)));
    const iterator = world.sluice.subscribe(oldest, undefined, { context })[Symbol.asyncIterator]();
    await iterator.next();
    await turns();
    const read = world.log.reads.reduce((sum, { entries }) => sum + entries, 0);
    expect(read).toBeLessThan(1_000);
    for (let n = 2; n <= total; n++) expect((await iterator.next()).value).toMatchObject({ data: { n } });
    await iterator.return?.();
    expectNothingLeft(world);
  });

  it("yields nothing after its signal aborts, whatever the backlog", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 50)));
    const abort = new AbortController();
    const seen: number[] = [];
    for await (const { data } of world.sluice.subscribe(oldest, undefined, { context, signal: abort.signal })) {
      seen.push(data.n);
      if (data.n === 3) abort.abort();
    }
    expect(seen).toEqual([1, 2, 3]);
    expectNothingLeft(world);
  });

  it("throws at once when it is revoked, whatever the backlog, and leaves others open (PROTOCOL §4.2)", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 50)));
    const iterators = ["ann", "bob"].map((tag) =>
      world.sluice
        .subscribe(oldest, undefined, { context: { user: tag, tags: [tag] } as never })
        [Symbol.asyncIterator](),
    );
    const [ann, bob] = iterators as [(typeof iterators)[0], (typeof iterators)[0]];
    for (const iterator of iterators) expect((await iterator.next()).value).toMatchObject({ data: { n: 1 } });
    await turns();
    expect(await world.sluice.disconnect({ tag: "ann" })).toEqual({ ended: 1 });
    await expect(ann.next()).rejects.toMatchObject({ code: "forbidden", status: 403 });
    expect((await ann.next()).done).toBe(true);
    for (const n of range(2, 50)) expect((await bob.next()).value).toMatchObject({ data: { n } });
    const next = expect(bob.next()).rejects.toMatchObject({ code: "unauthorized" });
    await turns();
    expect(await world.sluice.disconnect({ path: "feed/oldest", reason: "unauthorized" })).toEqual({ ended: 1 });
    await next;
    expectNothingLeft(world);
    expect(world.parts.admission.locals.size).toBe(0);
  });

  it("throws at once when its authorisation expires, whatever the backlog", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(...range(1, 50)));
    const expiring = { user: "ann", expiresAt: world.clock.now() + 1_000 };
    const iterator = world.sluice.subscribe(oldest, undefined, { context: expiring })[Symbol.asyncIterator]();
    await iterator.next();
    await turns();
    world.clock.advance(1_000);
    await expect(iterator.next()).rejects.toMatchObject({ code: "unauthorized" });
    expectNothingLeft(world);
  });

  it("ends when its signal aborts while it waits", async () => {
    const world = await start();
    const abort = new AbortController();
    const { head } = world.contract.feed;
    const iterator = world.sluice.subscribe(head, undefined, { context, signal: abort.signal })[Symbol.asyncIterator]();
    const next = iterator.next();
    await turns();
    expect(world.log.watchers).toBe(1);
    abort.abort();
    expect((await next).done).toBe(true);
    expectNothingLeft(world);
  });
});

describe("a loop over subscribe() that is left while it waits", () => {
  it("for an event, frees everything at once, for example when a Readable made from it is destroyed", async () => {
    const world = await start();
    const readable = Readable.from(world.sluice.subscribe(world.contract.feed.head, undefined, { context }));
    readable.resume();
    await eventually(() => expect(world.parts.admission.locals.size).toBe(1));
    const closed = new Promise((resolve) => readable.on("close", resolve));
    readable.destroy();
    await within(closed, () => "the end of the loop");
    expect(world.parts.admission.locals.size).toBe(0);
    expectNothingLeft(world);
  });

  it.each(["return", "signal"] as const)("for the middleware, ends at once (%s)", async (how) => {
    let go = () => {};
    const world = await start({ gate: () => new Promise<void>((resolve) => (go = resolve)) });
    const abort = new AbortController();
    const events = world.sluice.subscribe(world.contract.feed.head, undefined, { context, signal: abort.signal });
    const iterator = events[Symbol.asyncIterator]();
    const next = iterator.next();
    await turns();
    if (how === "signal") abort.abort();
    else await within(iterator.return?.() ?? next, () => "the end of the loop");
    expect(await within(next, () => "the end of the loop")).toEqual({ done: true, value: undefined });
    go();
    await turns();
    expectNothingLeft(world);
    expect(world.parts.admission.openings.size).toBe(0);
  });

  it("does not affect another loop over the same subscription", async () => {
    const world = await start();
    const { oldest } = world.contract.feed;
    await world.topic(oldest).publish(posts(1, 2));
    const events = world.sluice.subscribe(oldest, undefined, { context });
    for (const count of [1, 2]) expect(await take(events, count)).toHaveLength(count);
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
