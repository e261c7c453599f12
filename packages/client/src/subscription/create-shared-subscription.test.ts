import type { AnySubscription, InputOf } from "@sluice/contract";
import { describe, expect, test, vi } from "vitest";
import type { SubscriptionProcedure } from "../procedure/procedure.js";
import { internals } from "../procedure/procedure.js";
import { at, event, goal, live, match, post, setUp, snapshot, until } from "../test-kit/set-up.test-kit.js";
import type { SubscriptionHandlers } from "./handlers.js";

/** Subscribes and records all handler calls. */
function record<P extends AnySubscription>(
  procedure: SubscriptionProcedure<P>,
  input: InputOf<P>,
  extra: SubscriptionHandlers<P> = {},
) {
  const log: unknown[] = [];
  const connections: string[] = [];
  const stop = procedure.subscribe(input, {
    onEvent: (event) => log.push(event),
    onState: (state) => log.push({ state }),
    onReset: (reset) => log.push({ reset: reset.reason }),
    onError: (error) => log.push({ error: error.code }),
    onEnd: () => log.push("end"),
    onConnection: ({ status }) => connections.push(status),
    ...extra,
  });
  return { log, connections, stop };
}
const goalAt = (team: string, offset: number) => ({ type: "goal", data: { team }, id: at(offset) });
const score = (home: number, away: number) => ({ state: { home, away, endedAt: null } });

describe("events and state", () => {
  test("delivers typed events in order, each before its state", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.scores.watch, match);
    const stream = await server.next();
    stream.open().send(snapshot(1, 0, 5), live(5), goal("away", 6));
    stream.send(event("fullTime", { at: "2026-01-01T00:00:00Z" }, 7));
    await until(() => log.length === 5);
    const endedAt = new Date("2026-01-01T00:00:00Z");
    expect(log).toEqual([
      score(1, 0),
      goalAt("away", 6),
      score(1, 1),
      { type: "fullTime", data: { at: endedAt }, id: at(7) },
      { state: { home: 1, away: 1, endedAt } },
    ]);
  });

  test("sends a GET with the input in wire form", async () => {
    const { server, client } = await setUp();
    record(client.scores.watch, { matchId: "m1", since: new Date(0) });
    const { method, path, query, headers } = await server.next();
    expect({ method, path }).toEqual({ method: "GET", path: "/api/scores/watch" });
    expect(query.get("input")).toBe('{"matchId":"m1","since":"1970-01-01T00:00:00.000Z"}');
    expect(headers).toMatchObject({ accept: "text/event-stream" });
    expect(headers["last-event-id"]).toBeUndefined();
  });

  test("sends a POST if the procedure requires it, or the URL would be too long", async () => {
    const { server, client } = await setUp();
    record(client.assistant, { prompt: "hi" });
    expect(await server.next()).toMatchObject({ method: "POST", body: { input: { prompt: "hi" } } });
    const matchId = "m".repeat(2_000);
    record(client.scores.watch, { matchId });
    expect(await server.next()).toMatchObject({
      method: "POST",
      path: "/api/scores/watch",
      body: { input: { matchId } },
    });
  });

  test("reads a stream that is cut anywhere and has CRLF line ends", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.feed, undefined);
    const stream = (await server.next()).open();
    const bytes = Buffer.from(`id: ${at(1)}\r\nevent: post\r\ndata: "h\u00e9llo \u{1f600}"\r\n\r\n`);
    for (const byte of bytes) {
      stream.raw(Uint8Array.of(byte));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => log.length === 1);
    expect(log).toEqual([{ type: "post", data: "h\u00e9llo \u{1f600}", id: at(1) }]);
  });

  test("calls handlers by type, and nothing that an object merely inherits", async () => {
    const { server, client } = await setUp();
    const posts: unknown[] = [];
    client.feed.subscribe(undefined, { on: { post: (text, { id }) => posts.push([text, id]) } });
    (await server.next()).open().send(event("like", { at: "2026-01-01T00:00:00Z" }, 1), post("a", 2));
    await until(() => posts.length === 1);
    expect(posts).toEqual([["a", at(2)]]);
  });

  test("a handler that throws disturbs neither the stream nor the others, and is reported", async () => {
    const report = vi.spyOn(console, "error").mockImplementation(() => {});
    const { server, client } = await setUp();
    client.feed.subscribe(undefined, {
      onEvent() {
        throw new Error("mine");
      },
    });
    const { log } = record(client.feed, undefined);
    client.feed.subscribe(undefined, { on: { post: async (text) => Promise.reject(new Error(text)) } });
    (await server.next()).open().send(post("a", 1), post("b", 2));
    await until(() => log.length === 2);
    expect(report.mock.calls.map(([error]) => (error as Error).message)).toEqual(["mine", "mine", "a", "b"]);
    report.mockRestore();
  });

  test("without state, an unknown or invalid event is skipped and reported", async () => {
    const skipped: unknown[] = [];
    const { server, client } = await setUp({
      onSkippedEvent: ({ type, id, error }) => skipped.push([type, id, !!error]),
    });
    const { log } = record(client.feed, undefined);
    const stream = (await server.next()).open();
    stream.send(event("poll", 1, 1), event("post", 5, 2), post("a", 3));
    stream.raw(`id: ${at(4)}\nevent: post\ndata: {"half\n\n`).cut();
    await until(() => skipped.length === 3);
    expect(skipped).toEqual([
      ["poll", at(1), false],
      ["post", at(2), true],
      ["post", at(4), true],
    ]);
    expect(log).toEqual([{ type: "post", data: "a", id: at(3) }]);
  });

  test.each([
    ["an unknown event", event("corner", {}, 6)],
    ["an event that doesn't fit", event("goal", { team: "ours" }, 6)],
    ["an apply that throws", event("own", {}, 6)],
    ["a snapshot that doesn't fit", { kind: "snapshot", data: "{}", id: at(6) } as const],
  ])("with state, %s ends it with contractMismatch before anything moves", async (_, frame) => {
    const { server, client } = await setUp();
    const { log } = record(client.scores.watch, match);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5), frame, goal("home", 7));
    await until(() => log.length === 2);
    expect(log).toEqual([score(1, 0), { error: "contractMismatch" }]);
    const shared = client.scores.watch[internals].shared(match);
    expect(shared.connection).toMatchObject({ status: "closed", error: { code: "contractMismatch" } });
    expect(shared.connection.cursor()).toBe(at(5));
    await until(() => stream.isGone);
  });
});

describe("resume", () => {
  test("resumes after the last complete frame, and drops applied events", async () => {
    const { server, clock, client } = await setUp();
    const { log, connections } = record(client.scores.watch, match);
    const first = (await server.next()).open().send(snapshot(0, 0, 0), live(0), goal("home", 1));
    first.raw(`id: ${at(2)}\nevent: goal\ndata: {"team":"home"}\n`).cut();
    await until(() => connections.at(-1) === "reconnecting");
    const { connection } = client.scores.watch[internals].shared(match);
    expect(connection).toMatchObject({ attempt: 0, retryAt: clock.now() + 500, error: { code: "network" } });
    expect(connection.cursor()).toBe(at(1));
    clock.advance(500);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(1));
    second.open().send(goal("home", 1), goal("away", 2), live(2));
    await until(() => connections.at(-1) === "live");
    expect(log).toEqual([score(0, 0), goalAt("home", 1), score(1, 0), goalAt("away", 2), score(1, 1)]);
    expect(connections).toEqual(["connecting", "live", "reconnecting", "reconnecting", "live"]);
  });

  test("sends the cursor in the body of a POST", async () => {
    const { server, clock, client } = await setUp();
    const { connections, log } = record(client.assistant, { prompt: "hi" });
    const first = (await server.next()).open({ stream: "resumable" }).send(event("token", "a", 1));
    await until(() => log.length === 1);
    first.destroy();
    await until(() => connections.at(-1) === "reconnecting");
    clock.advance(500);
    expect(await server.next()).toMatchObject({ body: { input: { prompt: "hi" }, cursor: at(1) } });
  });

  test("takes the cursor from $live and $at, so that a client without events also resumes", async () => {
    const { server, clock, client } = await setUp();
    const { connections } = record(client.feed, undefined);
    (await server.next()).open().send(live(7)).cut();
    await until(() => connections.at(-1) === "reconnecting");
    clock.advance(500);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(7));
    second
      .open()
      .send(live(7), { kind: "at", id: at(9) }, { kind: "at", id: at(8) })
      .cut();
    await until(() => connections.filter((state) => state === "live").length === 2 && connections.at(-1) !== "live");
    clock.advance(1_000);
    expect((await server.next()).headers["last-event-id"]).toBe(at(9));
  });

  test("after a reset the old state is shown until the snapshot takes its place in one step", async () => {
    const { server, clock, client } = await setUp();
    const { log, connections } = record(client.scores.watch, match);
    (await server.next())
      .open()
      .send(snapshot(3, 0, 9), live(9))
      .cut();
    await until(() => connections.at(-1) === "reconnecting");
    clock.advance(500);
    const second = (await server.next()).open();
    second.send({ kind: "reset", reason: "epoch", oldest: at(0, "F"), head: at(1, "F") });
    await until(() => log.length === 2);
    const shared = client.scores.watch[internals].shared(match);
    expect(shared.shown).toEqual({ known: true, value: score(3, 0).state });
    expect(shared.connection.cursor()).toBe(at(9));
    second.send(snapshot(0, 1, 1, "F"), { kind: "live", id: at(1, "F") });
    await until(() => log.length === 3);
    expect(log).toEqual([score(3, 0), { reset: "epoch" }, score(0, 1)]);
    expect(shared.connection.cursor()).toBe(at(1, "F"));
  });

  test("after a cut between reset and snapshot, it resumes with the old cursor and gets the reset again", async () => {
    const { server, clock, client } = await setUp();
    const { log, connections } = record(client.scores.watch, match);
    const reset = { kind: "reset", reason: "diverged", oldest: at(0), head: at(4) } as const;
    (await server.next())
      .open()
      .send(snapshot(3, 0, 9), live(9), reset)
      .cut();
    await until(() => connections.at(-1) === "reconnecting");
    clock.advance(500);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(9));
    second.open().send(reset, snapshot(0, 0, 2), goal("home", 3), live(3));
    await until(() => connections.at(-1) === "live");
    expect(log).toEqual([
      score(3, 0),
      { reset: "diverged" },
      { reset: "diverged" },
      score(0, 0),
      goalAt("home", 3),
      score(1, 0),
    ]);
  });

  test("without state, events continue where the server begins after a reset", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.feed, undefined);
    const stream = (await server.next()).open().send(live(9));
    stream.send({ kind: "reset", reason: "diverged", oldest: at(2), head: at(3) }, post("a", 3), post("b", 4));
    await until(() => log.length === 3);
    expect(log).toMatchObject([{ reset: "diverged" }, { id: at(3) }, { id: at(4) }]);
  });

  test("an event of another epoch without a reset is an invalid stream", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.feed, undefined);
    (await server.next()).open().send(live(1), { ...post("a", 2), id: at(2, "F") });
    await until(() => log.length === 1);
    expect(log).toEqual([{ error: "protocol" }]);
  });

  test("when the server drains, the next stream opens before the old one closes, and no event comes twice", async () => {
    const { server, clock, client } = await setUp();
    const { log, connections } = record(client.feed, undefined);
    const first = (await server.next()).open().send(live(0), { kind: "drain", retry: 300 }, post("a", 1));
    await until(() => log.length === 1);
    clock.advance(300);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(1));
    first.send(post("b", 2));
    await until(() => log.length === 2);
    expect(first.isGone).toBe(false);
    second.open().send(post("b", 2), live(2), post("c", 3));
    await until(() => log.length === 3 && first.isGone);
    expect(log).toMatchObject([{ data: "a" }, { data: "b" }, { data: "c" }]);
    expect(connections).toEqual(["connecting", "live"]);
  });

  test("a stream that drains before its first cursor is read until it is cut", async () => {
    const { server, clock, client } = await setUp();
    const { log, connections } = record(client.feed, undefined);
    const first = (await server.next()).open().send({ kind: "drain", retry: 300 });
    await until(() => clock.pending.includes(300));
    clock.advance(300);
    first.send(live(0), post("a", 1)).cut();
    await until(() => connections.at(-1) === "reconnecting");
    clock.advance(500);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(1));
    second.open().send(post("b", 2), live(2));
    await until(() => log.length === 2);
    expect(server.requests).toHaveLength(2);
  });
});

describe("ends", () => {
  test("$end ends it, and nothing opens again", async () => {
    const { server, clock, client } = await setUp();
    const { log, connections } = record(client.feed, undefined);
    (await server.next()).open().send(live(0), post("a", 1), { kind: "end" }, post("b", 2)).cut();
    await until(() => log.length === 2);
    expect(log).toEqual([{ type: "post", data: "a", id: at(1) }, "end"]);
    expect(connections.at(-1)).toBe("closed");
    expect(client.feed[internals].shared().connection).not.toHaveProperty("error");
    expect(clock.pending).toEqual([]);
  });

  test("204 ends it", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.feed, undefined);
    (await server.next()).answer(204);
    await until(() => log.length === 1);
    expect(log).toEqual(["end"]);
  });

  test("a final error is delivered with its data decoded", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.scores.watch, match);
    const data = { at: "2026-01-01T00:00:00Z" };
    (await server.next()).open().send({ kind: "error", code: "matchNotFound", message: "none", data, final: true });
    await until(() => log.length === 1);
    const { connection } = client.scores.watch[internals].shared(match);
    expect(connection.error).toMatchObject({
      code: "matchNotFound",
      message: "none",
      status: 404,
      data: { at: new Date(data.at) },
    });
  });

  test("a generator that is not resumable ends as interrupted when it is cut", async () => {
    const { server, client } = await setUp();
    const { log } = record(client.assistant, { prompt: "hi" });
    const stream = (await server.next()).open({ stream: "stream", resumable: false, id: "$once" });
    stream.send({ kind: "live" }, { kind: "event", type: "token", data: '"a"' }).cut();
    await until(() => log.length === 2);
    expect(log).toEqual([{ type: "token", data: "a", id: "" }, { error: "interrupted" }]);
  });

  test("a late subscriber gets the end, and one that subscribes after all have left starts again", async () => {
    const { server, client } = await setUp();
    const early = record(client.scores.watch, match);
    (await server.next()).open().send(snapshot(1, 1, 3), { kind: "error", code: "closed", message: "", final: true });
    await until(() => early.log.length === 2);
    const late = record(client.scores.watch, match);
    expect(late.log).toEqual([score(1, 1)]);
    await until(() => late.log.length === 2);
    expect(late.log).toEqual([score(1, 1), { error: "closed" }]);
    expect(late.connections).toEqual(["closed"]);
    expect(server.requests).toHaveLength(1);
    early.stop();
    late.stop();
    const again = record(client.scores.watch, match);
    expect(again.log).toEqual([]);
    (await server.next()).open().send(snapshot(2, 2, 4));
    await until(() => again.log.length === 1);
  });
});

describe("sharing", () => {
  test("equal inputs share one connection, whatever the order of their fields", async () => {
    const { server, client } = await setUp();
    const since = new Date(0);
    const one = record(client.scores.watch, { matchId: "m1", since });
    const two = record(client.scores.watch, { since, matchId: "m1" });
    (await server.next()).open().send(snapshot(0, 0, 0), goal("home", 1));
    await until(() => one.log.length === 3 && two.log.length === 3);
    expect(one.log).toEqual(two.log);
    expect(server.requests).toHaveLength(1);
    const { shared } = client.scores.watch[internals];
    expect(shared({ matchId: "m1", since })).toBe(shared({ since, matchId: "m1" }));
    expect(shared({ matchId: "m1" })).not.toBe(shared({ matchId: "m2" }));
  });

  test("a joining subscriber gets the state at once and events from then on", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    const stream = (await server.next()).open().send(snapshot(0, 0, 0), live(0), goal("home", 1));
    await until(() => one.log.length === 3);
    const two = record(client.scores.watch, match);
    expect(two).toMatchObject({ log: [score(1, 0)], connections: ["live"] });
    stream.send(goal("home", 2));
    await until(() => two.log.length === 3);
    expect(two.log).toEqual([score(1, 0), goalAt("home", 2), score(2, 0)]);
  });

  test("the connection outlives its last subscriber by the linger, and a return within it keeps everything", async () => {
    const { server, clock, client } = await setUp({ linger: 200 });
    const one = record(client.scores.watch, match);
    const stream = (await server.next()).open().send(snapshot(1, 0, 1), live(1));
    await until(() => one.log.length === 1);
    one.stop();
    clock.advance(199);
    const two = record(client.scores.watch, match);
    expect(two.log).toEqual([score(1, 0)]);
    clock.advance(1_000);
    expect(stream.isGone).toBe(false);
    two.stop();
    clock.advance(200);
    await until(() => stream.isGone);
    const shared = client.scores.watch[internals].shared(match);
    expect(shared.shown).toEqual({ known: false });
    expect(shared.connection).toMatchObject({ status: "closed", attempt: 0 });
    expect(shared.connection.cursor()).toBeUndefined();
    expect(clock.pending).toEqual([]);
    record(client.scores.watch, match);
    expect((await server.next()).headers["last-event-id"]).toBeUndefined();
  });

  test("joining and leaving within a handler is safe", async () => {
    const { server, client } = await setUp();
    const heard: string[] = [];
    const stops: (() => void)[] = [];
    stops.push(
      client.feed.subscribe(undefined, {
        onEvent({ data }) {
          heard.push(`one ${data}`);
          for (const stop of stops) stop();
          client.feed.subscribe(undefined, { onEvent: ({ data }) => heard.push(`three ${data}`) });
        },
      }),
      client.feed.subscribe(undefined, { onEvent: ({ data }) => heard.push(`two ${data}`) }),
    );
    (await server.next()).open().send(post("a", 1), post("b", 2));
    await until(() => heard.length === 2);
    expect(heard).toEqual(["one a", "three b"]);
    expect(server.requests).toHaveLength(1);
  });

  test("a subscriber that comes in a handler, after all others have left, gets nothing of the old stream", async () => {
    const { server, client } = await setUp({ linger: 0 });
    const states: unknown[] = [];
    const join = () => client.scores.watch.subscribe(match, { onState: (state) => states.push(state) });
    const stop = client.scores.watch.subscribe(match, {
      on: {
        goal() {
          stop();
          join();
        },
      },
    });
    (await server.next()).open().send(snapshot(0, 0, 4), goal("home", 5), goal("home", 6));
    (await server.next()).open().send(snapshot(7, 0, 9));
    await until(() => states.length > 0);
    expect(states).toEqual([score(7, 0).state]);
  });

  test("a resync that such a subscriber asks for waits for the new stream's snapshot", async () => {
    const { server, client } = await setUp({ linger: 0 });
    let resynced: Promise<number> | undefined;
    const stop = client.scores.watch.subscribe(match, {
      onState() {
        stop();
        client.scores.watch.subscribe(match, {});
        const shared = client.scores.watch[internals].shared(match);
        resynced = shared.resync().then(() => server.requests.length);
      },
    });
    (await server.next()).open().send(snapshot(0, 0, 4));
    (await server.next()).open().send(snapshot(7, 0, 9));
    expect(await resynced).toBe(2);
  });

  test("a signal stops a subscriber, and one that has been aborted before never starts", async () => {
    const { server, client } = await setUp({ linger: 0 });
    const controller = new AbortController();
    const one = record(client.feed, undefined, { signal: controller.signal });
    const stream = (await server.next()).open();
    controller.abort();
    await until(() => stream.isGone);
    record(client.feed, undefined, { signal: controller.signal });
    record(client.feed, undefined, { signal: AbortSignal.abort() });
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).toHaveLength(1);
    expect(one.log).toEqual([]);
  });

  test("an input that cannot be encoded is reported as badRequest, and nothing is sent", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, { matchId: "m1", since: "yesterday" as never });
    await until(() => one.log.length === 1);
    expect(one).toMatchObject({ log: [{ error: "badRequest" }], connections: ["closed"] });
    expect(server.requests).toEqual([]);
  });

  test("the connection is a new object when it changed, and only then", async () => {
    const { server, client } = await setUp();
    const one = record(client.feed, undefined);
    const shared = client.feed[internals].shared();
    const stream = (await server.next()).open().send(live(1));
    await until(() => one.connections.length === 2);
    const before = shared.connection;
    expect(shared.connection).toBe(before);
    expect(before.cursor()).toBe(at(1));
    stream.send(post("a", 2));
    await until(() => one.log.length === 1);
    expect(before.cursor()).toBe(at(2));
    expect(shared.connection).toBe(before);
    expect(one.connections).toHaveLength(2);
    one.stop();
    expect(before.cursor()).toBe(at(2));
  });
});

describe("resync", () => {
  test("with state it opens again without a cursor, delivers no event twice, and closes the old stream", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    const first = (await server.next()).open().send(snapshot(0, 0, 0), live(0), goal("home", 1), goal("home", 2));
    await until(() => one.log.length === 5);
    const shared = client.scores.watch[internals].shared(match);
    let isDone = false;
    const resynced = shared.resync().then(() => {
      isDone = true;
    });
    expect(shared.resync()).toBe(shared.resync());
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBeUndefined();
    expect(shared.shown).toMatchObject({ value: { home: 2 } });
    expect(isDone).toBe(false);
    second.open().send(snapshot(1, 0, 1), goal("home", 2), live(2), goal("away", 3));
    await resynced;
    await until(() => one.log.length === 9 && first.isGone);
    expect(one.log.slice(5)).toEqual([score(1, 0), score(2, 0), goalAt("away", 3), score(2, 1)]);
    expect(one.connections).toEqual(["connecting", "live"]);
  });

  test("another history after a resync is reported as a reset", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next()).open().send(snapshot(0, 0, 0), live(0), goal("home", 1), goal("home", 2));
    await until(() => one.log.length === 5);
    const resynced = client.scores.watch[internals].shared(match).resync();
    (await server.next()).open().send(snapshot(1, 0, 1), { ...goal("away", 2), id: "E.2.other" });
    await resynced;
    await until(() => one.log.length === 9);
    expect(one.log.slice(5)).toMatchObject([score(1, 0), { reset: "diverged" }, { id: "E.2.other" }, score(1, 1)]);
  });

  test("a snapshot ahead of the delivered events is reported as a reset, because the events between never come", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next()).open().send(snapshot(0, 0, 0), live(0), goal("home", 1));
    await until(() => one.log.length === 3);
    const resynced = client.scores.watch[internals].shared(match).resync();
    (await server.next()).open().send(snapshot(3, 0, 3), live(3), goal("away", 4));
    await resynced;
    await until(() => one.log.length === 7);
    expect(one.log.slice(3)).toMatchObject([{ reset: "resync" }, score(3, 0), goalAt("away", 4), score(3, 1)]);
  });

  test("without state it resolves when the connection is live, at once if it is", async () => {
    const { server, client } = await setUp();
    record(client.feed, undefined);
    const shared = client.feed[internals].shared();
    const resynced = shared.resync();
    (await server.next()).open().send(live(0));
    await resynced;
    await shared.resync();
    expect(server.requests).toHaveLength(1);
  });

  test("restarts a failed subscription for the remaining subscribers", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next()).open().send(snapshot(1, 0, 1), { kind: "error", code: "closed", message: "", final: true });
    await until(() => one.log.length === 2);
    const shared = client.scores.watch[internals].shared(match);
    const resynced = shared.resync();
    expect(shared).toMatchObject({ connection: { status: "connecting" }, shown: { known: true } });
    (await server.next()).open().send(snapshot(2, 0, 2), live(2));
    await resynced;
    await until(() => one.connections.at(-1) === "live");
    expect(one.log).toMatchObject([score(1, 0), { error: "closed" }, { reset: "resync" }, score(2, 0)]);
  });

  test("of a run's state, which never comes as a snapshot, resolves when the connection is live", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next()).open({ stream: "resumable" }).send(goal("home", 1), live(1));
    await until(() => one.connections.at(-1) === "live");
    await client.scores.watch[internals].shared(match).resync();
    expect(one.log).toEqual([goalAt("home", 1), score(1, 0)]);
    expect(server.requests).toHaveLength(1);
  });

  test("of a finished run folds its events from the beginning", async () => {
    const { server, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next()).open({ stream: "resumable" }).send(goal("home", 1), live(1), { kind: "end" });
    await until(() => one.log.length === 3);
    const resynced = client.scores.watch[internals].shared(match).resync();
    const second = (await server.next()).open({ stream: "resumable" });
    second.send({ ...goal("away", 1), id: at(1, "F") }, { kind: "live", id: at(1, "F") });
    await resynced;
    expect(one.log.slice(3)).toEqual([{ ...goalAt("away", 1), id: at(1, "F") }, score(0, 1)]);
  });

  test("waits for credentials that are being renewed", async () => {
    let renew = () => {};
    const onUnauthorized = vi.fn(
      () =>
        new Promise<void>((resolve) => {
          renew = resolve;
        }),
    );
    const { server, clock, client } = await setUp({ onUnauthorized });
    const one = record(client.scores.watch, match);
    (await server.next())
      .open()
      .send(snapshot(1, 0, 1), live(1))
      .cut();
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    (await server.next()).answer(401);
    await until(() => onUnauthorized.mock.calls.length === 1);
    const resynced = client.scores.watch[internals].shared(match).resync();
    renew();
    const { headers, open } = await server.next();
    expect(headers["last-event-id"]).toBeUndefined();
    open().send(snapshot(2, 0, 2), live(2));
    await resynced;
    expect(server.requests).toHaveLength(3);
    expect(one.log).toEqual([score(1, 0), { reset: "resync" }, score(2, 0)]);
  });

  test("waits for the server's requested time", async () => {
    const { server, clock, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next())
      .open()
      .send(snapshot(1, 0, 1), live(1))
      .cut();
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    (await server.next()).answer(503, { "retry-after": "7" });
    await until(() => clock.pending.includes(8_000));
    const resynced = client.scores.watch[internals].shared(match).resync();
    expect(clock.pending).toEqual([7_000]);
    clock.advance(7_000);
    (await server.next()).open().send(snapshot(2, 0, 2), live(2));
    await resynced;
    expect(server.requests).toHaveLength(3);
    expect(one.log.at(-1)).toEqual(score(2, 0));
  });

  test("requested by the first subscriber that gets the end, rejects with it and leaves nothing open", async () => {
    const { server, clock, client } = await setUp();
    const shared = client.scores.watch[internals].shared(match);
    const failures: unknown[] = [];
    client.scores.watch.subscribe(match, {
      onConnection({ status }) {
        if (status === "closed") shared.resync().catch((error) => failures.push(error));
      },
    });
    const stream = (await server.next()).open().send(snapshot(1, 0, 1), live(1));
    stream.send({ kind: "error", code: "closed", message: "", final: true });
    await until(() => failures.length === 1);
    expect(failures).toMatchObject([{ code: "closed" }]);
    expect(clock.pending).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  test("rejects with the error that ends it, and opens and closes its own connection without subscribers", async () => {
    const { server, clock, client } = await setUp();
    const resynced = client.scores.watch[internals].shared(match).resync();
    const stream = (await server.next()).open().send(snapshot(1, 0, 1));
    await resynced;
    clock.advance(1_000);
    await until(() => stream.isGone);
    const failing = client.feed[internals].shared().resync();
    (await server.next()).answer(403);
    await expect(failing).rejects.toMatchObject({ code: "forbidden" });
  });

  test("keeps no connection open without subscribers", async () => {
    const { server, clock, client } = await setUp();
    const one = record(client.scores.watch, match);
    (await server.next()).open().send(snapshot(1, 0, 1), live(1));
    await until(() => one.log.length === 1);
    const resynced = client.scores.watch[internals].shared(match).resync();
    const second = (await server.next()).open(); // never goes live
    one.stop();
    clock.advance(1_000);
    await expect(resynced).rejects.toMatchObject({ code: "aborted" });
    await until(() => second.isGone);
    expect(clock.pending).toEqual([]);
  });
});

describe("subscribing again in a handler of the end", () => {
  const again = (subscribe: (handlers: { onEnd(): void; onError(): void }) => () => void) => {
    const told = { times: 0 };
    const run = () => {
      const anew = () => {
        told.times++;
        stop();
        if (told.times < 10_000) run();
      };
      const stop = subscribe({ onEnd: anew, onError: anew });
    };
    run();
    run();
    return told;
  };

  test("does not starve other tasks", async () => {
    const { server, client } = await setUp();
    const told = again((handlers) => client.feed.subscribe(handlers));
    (await server.next()).answer(403);
    await until(() => told.times > 2);
    await new Promise((resolve) => setTimeout(resolve));
    expect(told.times).toBeLessThan(10_000);
  });

  test("also works with an input that can't be sent", async () => {
    const { client } = await setUp();
    const wrong = { matchId: "m1", since: new Date(Number.NaN) };
    const told = again((handlers) => client.scores.watch.subscribe(wrong, handlers));
    await until(() => told.times > 2);
    await new Promise((resolve) => setTimeout(resolve));
    expect(told.times).toBeLessThan(10_000);
  });
});
