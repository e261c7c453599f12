import { describe, expect, it } from "vitest";
import { setUpLanes } from "../../test-kit/lanes.test-kit.js";
import { live, match, post, setUp, snapshot, until } from "../../test-kit/set-up.test-kit.js";

describe("streams of their own", () => {
  it.each([404, 405])("are what all subscriptions get from a server that answers %i, from then on", async (status) => {
    const { server, clock, client } = await setUp({ multiplex: true });
    const told: unknown[] = [];
    client.feed.subscribe({ on: { post: (text) => told.push(text) } });
    client.scores.watch.subscribe(match, { onState: ({ home }) => told.push(home) });
    clock.advance(10);
    (await server.next()).answer(status);
    const [one, other] = [await server.next(), await server.next()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
    expect([one?.path, other?.path]).toEqual(["/api/feed", "/api/scores/watch"]);
    one?.open().send(post("a", 1));
    await until(() => told.includes("a"));
    other?.open().send(snapshot(3, 0, 1));
    await until(() => told.includes(3));
    client.assistant.subscribe({ prompt: "hi" }, {});
    expect((await server.next()).path).toBe("/api/assistant");
  });

  it("are what a plain generator gets, and from then on every subscription of its path", async () => {
    const { server, clock, client } = await setUp({ multiplex: true });
    const told: unknown[] = [];
    client.feed.subscribe({ on: { post: (text) => told.push(text) } });
    client.assistant.subscribe(
      { prompt: "hi" },
      { on: { token: (text) => told.push(text) }, onEnd: () => told.push("end") },
    );
    clock.advance(10);
    const shared = (await server.next()).begin();
    shared.send(
      { kind: "open", stream: "stream", heartbeat: 15_000, resumable: false, lane: 2, subscriptions: [1] },
      { kind: "error", code: "unavailable", message: "by itself", final: false, lane: 2 },
      { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, head: "E.0.0", lane: 1, subscriptions: [0] },
    );
    const own = await server.next();
    expect(own.path).toBe("/api/assistant");
    own
      .open({ stream: "stream", resumable: false })
      .send({ kind: "live" }, { kind: "event", type: "token", data: '"x"' }, { kind: "end" });
    shared.send({ ...post("a", 1), lane: 1 });
    await until(() => told.length === 3);
    expect(told.toSorted()).toEqual(["a", "end", "x"]);
    client.assistant.subscribe({ prompt: "again" }, {});
    expect((await server.next()).path).toBe("/api/assistant");
  });

  it("are what readers get that hold the server back", async () => {
    const { server, client } = await setUp({ multiplex: true });
    const first = client.feed.iterate()[Symbol.asyncIterator]().next();
    const stream = await server.next();
    expect(stream.path).toBe("/api/feed");
    stream.open().send(live(0), post("a", 1));
    expect((await first).value).toMatchObject({ data: "a" });
  });

  it("close with their subscription", async () => {
    const { server, clock, client } = await setUp({ multiplex: true, linger: 0 });
    const stop = client.feed.subscribe({});
    clock.advance(10);
    (await server.next()).answer(404);
    const own = (await server.next()).open();
    stop();
    await until(() => own.isGone);
    expect(clock.pending).toEqual([]);
  });
});

describe("more than a server takes on a stream", () => {
  it("are spread over several", async () => {
    const { followAll, range, asked, areLive, server, follow, clock } = await setUpLanes();
    const followers = followAll(...range(25));
    const data = { maxSubscriptions: 10 };
    (await asked()).answer(413, {}, { code: "payloadTooLarge", data });
    await until(() => clock.pending.includes(10));
    for (const most of [10, 10, 5]) {
      const stream = await asked();
      expect(stream.names).toHaveLength(most);
      stream.open();
      await areLive(followers.filter(({ name }) => stream.names.includes(name)));
    }
    await areLive(followers);
    const added = follow("n0");
    expect((await asked()).open().names).toContain("n0");
    await areLive([added]);
    expect(server.requests).toHaveLength(5);
  });

  it("in bytes, are those with long inputs: they are opened by themselves, and the others share one stream", async () => {
    const { followAll, range, asked, areLive, clock, server, follow } = await setUpLanes();
    const long = ["x".repeat(10_000), "y".repeat(10_000)];
    const followers = followAll(...range(3), ...long);
    (await asked()).answer(413);
    const own = [await server.next(), await server.next()];
    for (const { path } of own) expect(path).toBe("/api/assistant");
    for (const request of own) request.open().send(live(0));
    await until(() => clock.pending.includes(10));
    const shared = await asked();
    expect(shared.names).toEqual(range(3));
    shared.open();
    await areLive(followers);
    follow("z".repeat(10_000));
    expect((await server.next()).path).toBe("/api/assistant");
    expect(server.requests).toHaveLength(5);
  });

  it("are halved until they fit when the server doesn't say how many; one that is too large is opened by itself, and so are those as long", async () => {
    const { followAll, range, asked, next, clock, server } = await setUpLanes();
    followAll(...range(3));
    (await asked()).answer(413);
    const sizes: number[] = [];
    let alone = 0;
    while (alone < 3) {
      await until(() => clock.pending.includes(10) || server.requests.length > sizes.length + alone + 1);
      clock.advance(10);
      const request = await next();
      if (request.path === "/api/$streams") sizes.push(request.names.length);
      else alone++;
      request.answer(413);
    }
    expect(sizes).toEqual([1]);
  });
});
