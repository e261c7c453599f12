import { expect, it } from "vitest";
import { describeAdapters, describeStreams, handedOn } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { goal, posts } from "./events.js";
import { liveLanes, openLanes } from "./lanes.js";
import { startRunWorld } from "./run-world.js";
import { eventually } from "./within.js";
import { startWorld } from "./world.js";

const m1 = { path: "scores/watch", input: { matchId: "m1" } };

describeAdapters("multiplexed streams", (adapter) => {
  it("serves each subscription in a lane, as on a stream of its own (PROTOCOL §10.2)", async () => {
    const world = await startWorld(adapter);
    const { scores, feed } = world.contract;
    await world.topic(scores.watch, { matchId: "m1" }).publish(goal("home"));
    const { cursor } = await world.topic(feed.head).publish(posts(1));
    await world.topic(feed.head).publish(posts(2, 3));
    const { reader, lanes } = await liveLanes(world, [m1, { path: "feed/head", cursor }, "feed/oldest", "own/place"]);
    const [watch, head, oldest, place] = lanes as [(typeof lanes)[0], (typeof lanes)[0], (typeof lanes)[0], never];
    await world.topic(scores.watch, { matchId: "m1" }).publish(goal("away"));
    await world.topic(feed.head).publish(posts(4));
    await world.topic(feed.oldest).publish(posts(5));
    await Promise.all([watch.received(1), head.received(3), oldest.received(1)]);

    expect(reader.status).toBe(200);
    expect(reader.response.headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache, no-transform",
      "x-accel-buffering": "no",
    });
    expect(reader.frames[0]).toEqual({ kind: "retry", ms: 1_000 });
    expect(lanes.map(({ names }) => names)).toEqual([
      ["$open", "$snapshot", "$live", "goal"],
      ["$open", "post", "post", "$live", "post"],
      ["$open", "$live", "post"],
      ["$open", "$snapshot", "$live"],
    ]);
    expect(head.numbers).toEqual([2, 3, 4]);
    expect(watch.all("open")[0]).toEqual({
      ...{ kind: "open", lane: expect.any(Number), stream: "live", heartbeat: 15_000, resumable: true },
      ...{ head: expect.stringMatching(/\.1\./), path: "scores/watch", subscriptions: [0] },
    });
    expect(new Set(lanes.map((lane) => lane.all("open")[0]?.lane)).size).toBe(4);
    expect((place as (typeof lanes)[0]).all("open")[0]?.subscriptions).toEqual([3]);
    expect(world.sluice.stats()).toMatchObject({ streams: 1, subscriptions: 4, topics: 4 });
    reader.destroy();
    await eventually(() => expect(world.sluice.stats()).toMatchObject({ streams: 0, subscriptions: 0, topics: 0 }));
    expect([world.log.watchers, world.parts.admission.openings.size]).toEqual([0, 0]);
  });

  it("refuses a request that is wrong as a whole before the stream (PROTOCOL §10.1)", async () => {
    const world = await startWorld(adapter, { limits: { subscriptionsPerStream: 3 } });
    const wrong: [body: unknown, detail: string][] = [
      [{}, "subscriptions is undefined"],
      [{ subscriptions: {} }, "subscriptions is an object"],
      [{ subscriptions: [] }, "subscriptions is empty"],
      [{ subscriptions: [m1, "feed/head"] }, 'subscriptions.1 is "feed/head"'],
      [{ subscriptions: [m1, {}] }, "subscriptions.1.path is undefined"],
      [{ subscriptions: [{ path: "feed/head", cursor: 7 }] }, "subscriptions.0.cursor is 7"],
      [[], "The body must be a JSON object"],
    ];
    for (const [body, detail] of wrong) {
      const answer = await ask(world, "$streams", { body });
      expectProblem(answer, { status: 400, code: "badRequest" });
      expect(answer.json["detail"]).toContain(detail);
      expect(answer.json["detail"]).toContain('{"subscriptions":[{"path":');
    }
    const issue = await ask(world, "$streams", { body: { subscriptions: [m1, {}] } });
    expect(issue.json["issues"]).toEqual([{ message: "allowed is a string", path: ["subscriptions", 1, "path"] }]);

    const tooMany = await ask(world, "$streams", { body: { subscriptions: Array(4).fill(m1) } });
    expectProblem(tooMany, { status: 413, code: "payloadTooLarge" });
    expect(tooMany.json["data"]).toEqual({ maxSubscriptions: 3 });
    await liveLanes(world, [m1, m1, m1]);
  });

  it("takes POST with JSON only (PROTOCOL §2.3, §2.4)", async () => {
    const world = await startWorld(adapter);
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const answer = await ask(world, "$streams", { method });
      expect([answer.status, answer.headers.allow]).toEqual([405, "POST"]);
      if (method !== "HEAD") expectProblem(answer, { status: 405, code: "methodNotAllowed" });
    }
    const preflight = await ask(world, "$streams", { method: "OPTIONS" });
    expect(preflight.status).toBe(404);
    if (adapter.inApplication) expect(preflight.text).toBe(handedOn);
    const text = JSON.stringify({ subscriptions: [m1] });
    const untyped = await ask(world, "$streams", { text, headers: { "content-type": "text/plain" } });
    expectProblem(untyped, { status: 415, code: "unsupportedMediaType" });
  });
});

describeStreams("lanes of a multiplexed stream", (adapter) => {
  it("are refused on their own, and say why (PROTOCOL §10.2)", async () => {
    const world = await startWorld(adapter);
    const { lanes } = await openLanes(world, [
      "feed/nothing",
      "scores/ping",
      { path: "scores/watch", input: { matchId: 7 } },
      { path: "feed/head", cursor: "$end" },
      { path: "feed/head", cursor: "what?" },
      "feed/private",
      "feed/head",
    ]);
    await Promise.all([...lanes.slice(0, 6).map((lane) => lane.first("error")), lanes[6]?.first("live")]);
    expect(lanes.slice(0, 6).map(({ names }) => names)).toEqual(Array(6).fill(["$open", "$error"]));
    const open = { kind: "open", heartbeat: 15_000, lane: expect.any(Number) };
    expect(lanes.map((lane) => lane.frames[0])).toMatchObject([
      { ...open, stream: "stream", resumable: false, subscriptions: [0] },
      { ...open, stream: "stream", resumable: false, subscriptions: [1] },
      { ...open, stream: "live", resumable: true, path: "scores/watch", subscriptions: [2] },
      { ...open, stream: "live", resumable: true, path: "feed/head", subscriptions: [3] },
      { ...open, stream: "live", resumable: true, path: "feed/head", subscriptions: [4] },
      { ...open, stream: "live", resumable: true, path: "feed/private", subscriptions: [5] },
      { ...open, stream: "live", resumable: true, path: "feed/head", subscriptions: [6] },
    ]);
    expect(lanes.map((lane) => lane.all("error")[0]).slice(0, 6)).toMatchObject([
      { code: "notFound", message: 'There is no subscription "feed/nothing"', final: true },
      { code: "badRequest", message: '"scores/ping" is a query, and no subscription', final: true },
      { code: "badRequest", message: expect.stringContaining("matchId"), final: true },
      { code: "badRequest", message: expect.stringContaining('"$end" is not a cursor'), final: true },
      { code: "badRequest", message: expect.stringContaining('"what?" is not a cursor'), final: true },
      { code: "unauthorized", final: false },
    ]);
    expect(world.sluice.stats()).toMatchObject({ streams: 1, subscriptions: 1, topics: 1 });
    expect(world.reports).toEqual([]);
  });

  it("of plain generators are refused before their middleware runs (PROTOCOL §10.1)", async () => {
    let gated = 0;
    const world = await startWorld(adapter, { gate: () => void gated++ });
    const { reader, lanes } = await openLanes(world, ["bot/once", "bot/again", { path: "bot/prompt", input: 7 }]);
    await reader.end();
    expect(lanes.map((lane) => lane.frames)).toMatchObject([
      [
        { kind: "open", stream: "stream", resumable: false, path: "bot/once" },
        { kind: "error", code: "unavailable", final: false },
      ],
      [
        { kind: "open", stream: "stream", resumable: true },
        { kind: "error", code: "unavailable", final: false },
      ],
      [
        { kind: "open", stream: "stream", resumable: false },
        { kind: "error", code: "unavailable", final: false },
      ],
    ]);
    expect(reader.names.at(-1)).toBe("$end");
    expect(reader.complete).toBe(true);
    expect(gated).toBe(0);
  });
});

it("serves resumable runs, and ends with the last of them (PROTOCOL §9.3, §10.2)", async () => {
  const world = await startRunWorld();
  const run = (id: string) => ({ path: "list", input: { id, count: 3 } });
  const { reader, lanes } = await openLanes(world, [
    run("a"),
    run("b"),
    run("a"),
    { path: "sum", input: run("c").input },
  ]);
  await reader.end();
  expect(lanes.map(({ data }) => data.length)).toEqual([3, 3, 3, 3]);
  for (const lane of lanes) expect([lane.names[0], lane.names.at(-1)]).toEqual(["$open", "$end"]);
  expect(lanes[0]?.all("open")[0]).toMatchObject({ stream: "resumable", resumable: true, path: "list" });
  expect(reader.frames.at(-1)).toEqual({ kind: "end" });
  expect(world.starts.sort()).toEqual(["a", "b", "c"]);
});
