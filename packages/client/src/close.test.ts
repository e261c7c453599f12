import { describe, expect, test, vi } from "vitest";
import { at, live, match, post, setUp, until } from "./test-kit/set-up.test-kit.js";

const closed = { code: "aborted", message: "This client was closed by $close()." };

describe.each(["client", "wireClient"] as const)("$close of a %s", (name) => {
  test("ends subscriptions, live or waiting, without an error, and leaves no connection and no timer", async () => {
    const world = await setUp();
    const { feed, scores, $close } = world[name];
    const told: unknown[] = [];
    const handlers = {
      onConnection: ({ status }: { status: string }) => told.push(status),
      onEnd: () => told.push("end"),
      onError: (error: unknown) => told.push(error),
    };
    feed.subscribe(handlers);
    const stream = (await world.server.next()).open().send(live(0));
    await until(() => told.includes("live"));
    scores.watch.subscribe(match, handlers);
    (await world.server.next()).answer(503);
    await until(() => told.includes("reconnecting"));
    scores.watch.subscribe({ matchId: "lingers" }, {})();
    expect(world.clock.pending).not.toEqual([]);
    told.length = 0;
    $close();
    await Promise.resolve();
    expect(told).toEqual(["closed", "end", "closed", "end"]);
    expect(world.clock.pending).toEqual([]);
    await until(() => stream.isGone);
    $close();
    expect(told).toHaveLength(4);
  });

  test("may be called by a handler: nothing that came in the same chunk is delivered after it", async () => {
    const world = await setUp();
    const { feed, $close } = world[name];
    const told: unknown[] = [];
    feed.subscribe({
      onEvent({ id }: { id: string }) {
        told.push(id);
        $close();
      },
      onEnd: () => told.push("end"),
    });
    feed.subscribe({ onEvent: ({ id }: { id: string }) => told.push(id), onEnd: () => told.push("end") });
    const stream = (await world.server.next()).open().send(live(0), post("a", 1), post("b", 2));
    await until(() => stream.isGone);
    expect(told).toEqual([at(1), at(1), "end", "end"]);
  });

  test("ends a loop after the events that have come", async () => {
    const world = await setUp();
    const loop = world[name].feed.iterate()[Symbol.asyncIterator]();
    const first = loop.next();
    const stream = (await world.server.next()).open().send(post("a", 1), post("b", 2), post("c", 3));
    expect(await first).toMatchObject({ value: { data: "a" } });
    const idle = world[name].scores.watch.iterate(match)[Symbol.asyncIterator]().next();
    await world.server.next();
    world[name].$close();
    expect(await loop.next()).toMatchObject({ value: { data: "b" } });
    expect(await loop.next()).toMatchObject({ value: { data: "c" } });
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    expect(await idle).toEqual({ done: true, value: undefined });
    await until(() => stream.isGone);
    expect(world.clock.pending).toEqual([]);
  });

  test("aborts calls: on their way, and while the application gets headers or new credentials", async () => {
    const never = () => new Promise<never>(() => {});
    const onUnauthorized = vi.fn(never);
    for (const hooks of [{}, { headers: never }, { onUnauthorized }]) {
      const world = await setUp(hooks);
      const answer = world[name].scores.clear();
      if (!("headers" in hooks)) {
        const request = await world.server.next();
        if ("onUnauthorized" in hooks) request.answer(401);
        await until(() => !("onUnauthorized" in hooks) || onUnauthorized.mock.calls.length > 0);
      }
      world[name].$close();
      await expect(answer).rejects.toMatchObject(closed);
      if (Object.keys(hooks).length === 0) await until(() => world.server.requests.every(({ isGone }) => isGone));
    }
  });

  test("refuses what is asked later, also for an input that was subscribed to, and sends nothing", async () => {
    const world = await setUp();
    const { feed, scores, $close } = world[name];
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    feed.subscribe({ onEnd: () => feed.subscribe({ onError }) });
    (await world.server.next()).open().send(live(0));
    $close();
    feed.subscribe({ onError });
    scores.watch.subscribe(match, { onError });
    await until(() => errors.length === 3);
    for (const error of errors) expect(error).toMatchObject(closed);
    await expect(feed.iterate()[Symbol.asyncIterator]().next()).rejects.toMatchObject(closed);
    await expect(scores.clear()).rejects.toMatchObject(closed);
    const { signal } = new AbortController();
    await expect(scores.find({ text: "a" }, { signal })).rejects.toMatchObject(closed);
    expect(world.server.requests).toHaveLength(1);
    expect(world.clock.pending).toEqual([]);
  });
});

test("$close leaves other clients of the page alone", async () => {
  const { server, client, wireClient } = await setUp();
  const told: string[] = [];
  wireClient.feed.subscribe({ on: { post: (text) => told.push(text) }, onEnd: () => told.push("end") });
  const stream = (await server.next()).open().send(live(0));
  client.$close();
  stream.send(post("a", 1));
  await until(() => told.length === 1);
  expect(told).toEqual(["a"]);
});
