import { inspect } from "node:util";
import { expect, test } from "vitest";
import { at, contract, event, goal, live, match, post, setUp, snapshot, until } from "../test-kit/set-up.test-kit.js";
import { createClient } from "../types-only.js";
import { internals } from "./procedure.js";

const iso = "2026-01-01T00:00:00Z";

test("a subscription passes events on in wire form", async () => {
  const { server, wireClient } = await setUp();
  const told: unknown[] = [];
  const stop = wireClient.scores.watch.subscribe(
    { matchId: "m1", since: iso },
    { on: { fullTime: ({ at }) => told.push(at) }, onEvent: ({ type, id }) => told.push([type, id]) },
  );
  const stream = await server.next();
  expect(stream).toMatchObject({ method: "POST", path: "/api/scores/watch" });
  expect(stream.body).toEqual({ input: { matchId: "m1", since: iso } });
  stream.open().send(snapshot(1, 0, 5), live(5), event("fullTime", { at: iso }, 6), event("corner", {}, 7));
  await until(() => told.length === 3);
  expect(told).toEqual([["fullTime", at(6)], iso, ["corner", at(7)]]);
  stop();
});

test("subscribers with the same input share one connection, which resumes after a cut", async () => {
  const { server, clock, wireClient } = await setUp();
  const told: unknown[] = [];
  const listen = () => wireClient.feed.subscribe(undefined, { on: { post: (text) => told.push(text) } });
  listen();
  listen();
  (await server.next()).open().send(live(0), post("a", 1)).cut();
  await until(() => clock.pending.includes(500)); // half of the backoff's bound
  clock.advance(500);
  const second = await server.next();
  expect(second.body).toEqual({ cursor: at(1) });
  second.open().send(post("b", 2));
  await until(() => told.length === 4);
  expect(told).toEqual(["a", "a", "b", "b"]);
  expect(server.requests).toHaveLength(2);
});

test("the state is the server's snapshot, at the opening and after a reset, and is never folded", async () => {
  const { server, clock, wireClient } = await setUp();
  const told: unknown[] = [];
  wireClient.scores.watch.subscribe(match, {
    onSnapshot: (state) => told.push(state),
    onEvent: ({ type }) => told.push(type),
    onReset: ({ reason }) => told.push(reason),
  });
  (await server.next())
    .open()
    .send(snapshot(1, 0, 5), live(5), goal("home", 6))
    .cut();
  await until(() => clock.pending.includes(500)); // half of the backoff's bound
  clock.advance(500);
  const second = (await server.next()).open();
  second.send({ kind: "reset", reason: "epoch", oldest: at(0, "F"), head: at(2, "F") }, snapshot(0, 2, 2, "F"));
  await until(() => told.length === 4);
  const state = (home: number, away: number) => ({ home, away, endedAt: null });
  expect(told).toEqual([state(1, 0), "goal", "epoch", state(0, 2)]);
});

test("a call is a POST, sent once, with input and output in wire form", async () => {
  const { server, wireClient } = await setUp();
  const answer = wireClient.scores.report({ matchId: "m1", at: iso });
  const request = await server.next();
  expect(request).toMatchObject({
    method: "POST",
    path: "/api/scores/report",
    headers: { accept: "application/json" },
  });
  expect(request.body).toEqual({ input: { matchId: "m1", at: iso } });
  request.answer(200, {}, { output: { at: "2026-01-01T00:00:01Z" } });
  expect(await Promise.all([answer, answer])).toEqual([{ at: "2026-01-01T00:00:01Z" }, { at: "2026-01-01T00:00:01Z" }]);
  void wireClient.scores.clear(); // sent without an await, too
  (await server.next()).answer(200, {}, {});
  expect(server.requests).toHaveLength(2);
});

test("a loop opens a stream with its first event, starts from a cursor, and resumes after a cut", async () => {
  const { server, clock, wireClient } = await setUp();
  const events = wireClient.feed.iterate(undefined, { cursor: at(7) })[Symbol.asyncIterator]();
  await new Promise(setImmediate);
  expect(server.requests).toHaveLength(0);
  const one = events.next();
  const first = await server.next();
  expect(first).toMatchObject({ method: "POST", headers: { accept: "text/event-stream" }, body: { cursor: at(7) } });
  first.open().send(post("a", 8)).cut();
  expect(await one).toMatchObject({ value: { data: "a", id: at(8) } });
  const two = events.next();
  await until(() => clock.pending.includes(500)); // half of the backoff's bound
  clock.advance(500);
  const second = await server.next();
  expect(second.body).toEqual({ cursor: at(8) });
  second.open().send(post("b", 9));
  expect(await two).toMatchObject({ value: { data: "b", id: at(9) } });
  await events.return?.();
  await until(() => second.isGone);
});

test("a subscription that is called as if it were a query is an error that says what to write, and is let go", async () => {
  const { server, wireClient } = await setUp();
  const answer = (wireClient.feed as unknown as () => Promise<unknown>)();
  const stream = (await server.next()).open().send(live(0));
  await expect(answer).rejects.toMatchObject({
    code: "protocol",
    message: expect.stringContaining("feed is a subscription: write .iterate(input) or .subscribe(input, handlers)."),
  });
  await until(() => stream.isGone);
});

test("a path that the server doesn't have is notFound", async () => {
  const { server, wireClient } = await setUp();
  const errors: string[] = [];
  wireClient.feed.subscribe(undefined, { onError: ({ code }) => errors.push(code) });
  (await server.next()).answer(404, { "content-type": "text/html" }, "Cannot POST /api/feed");
  await until(() => errors.length === 1);
  const call = wireClient.scores.clear();
  (await server.next()).answer(404, { "content-type": "text/html" }, "Cannot POST /api/scores/clear");
  await expect(call).rejects.toMatchObject({ code: "notFound" });
  expect(errors).toEqual(["notFound"]);
});

test("a declared error has its data in wire form", async () => {
  const { server, wireClient } = await setUp();
  const call = wireClient.scores.report(match);
  (await server.next()).answer(404, {}, { status: 404, title: "", code: "matchNotFound", data: { at: iso } });
  await expect(call).rejects.toMatchObject({ code: "matchNotFound", status: 404, data: { at: iso } });
});

test("every name returns the same object each time, and the access sends nothing", async () => {
  const { server, wireClient } = await setUp();
  expect(wireClient.scores).toBe(wireClient.scores);
  expect(wireClient.scores.watch).toBe(wireClient.scores.watch);
  expect(wireClient.scores.watch).not.toBe(wireClient.scores.report);
  expect(wireClient.scores.watch[internals].procedure.path).toBe("scores/watch");
  expect(server.requests).toHaveLength(0);
});

test("awaiting, printing, comparing or serialising it sends nothing", async () => {
  const { server, wireClient } = await setUp();
  const { watch } = wireClient.scores;
  expect(await (wireClient as unknown)).toBe(wireClient);
  expect(await (watch as unknown)).toBe(watch);
  expect(JSON.stringify(wireClient)).toBe("{}");
  expect(JSON.stringify({ watch })).toBe("{}");
  expect(inspect(wireClient)).toBe("{}");
  expect(inspect(watch)).toBe("[Function: scores/watch]");
  expect(`${watch}`).toContain("function");
  expect(expect.stringContaining("").asymmetricMatch(watch)).toBe(false);
  expect(watch).toEqual(watch);
  expect(() => expect(watch).toEqual(1)).toThrow();
  expect(Object.keys(wireClient.scores)).toEqual([]);
  const probe = watch as unknown as Record<PropertyKey, unknown>;
  for (const name of [
    "then",
    "toJSON",
    "$$typeof",
    "@@toStringTag",
    "0",
    "",
    Symbol.asyncIterator,
    Symbol.toPrimitive,
  ]) {
    expect(probe[name]).toBeUndefined();
  }
  expect(Symbol.iterator in watch).toBe(false);
  expect(server.requests).toHaveLength(0);
});

test("calls through the members that every function has are calls", async () => {
  const { server, wireClient } = await setUp();
  const { clear } = wireClient.scores as unknown as { clear: (...args: unknown[]) => Promise<unknown> };
  for (const call of [clear.bind(undefined), () => clear.call(undefined), () => clear.apply(undefined, [])]) {
    const answer = call();
    const request = await server.next();
    expect(request.path).toBe("/api/scores/clear");
    request.answer(200, {}, {});
    await answer;
  }
});

test("an assignment, which would change nothing, throws", async () => {
  const { wireClient } = await setUp();
  const scores = wireClient.scores as { clear: unknown };
  expect(() => {
    scores.clear = () => {};
  }).toThrow(TypeError);
});

test("two clients are distinct, and share nothing", () => {
  const one = createClient<typeof contract>({ url: "/api" });
  const two = createClient<typeof contract>({ url: "/api" });
  expect(one.feed[internals].clientId).not.toBe(two.feed[internals].clientId);
  expect(one.feed[internals].shared()).not.toBe(two.feed[internals].shared());
  expect(one.feed[internals].shared()).toBe(one.feed[internals].shared());
});

test("options are checked as they are with a contract", () => {
  expect(() => createClient<typeof contract>({ url: "api" })).toThrow('Client option "url" is "api"');
  expect(() => createClient(contract as never)).toThrow('Client option "scores" is unknown');
});
