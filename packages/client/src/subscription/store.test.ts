import { describe, expect, test, vi } from "vitest";
import { at, goal, live, match, post, setUp, snapshot, until } from "../test-kit/set-up.test-kit.js";

const score = (home: number, away: number) => ({ home, away, endedAt: null });

describe("a store", () => {
  test("shows the state, folded, with its connection, and the end", async () => {
    const { server, client } = await setUp();
    const store = client.scores.watch.store(match);
    expect(store.get()).toEqual({ status: "pending", data: undefined, error: null, connection: expect.anything() });
    expect(store.get().connection.status).toBe("closed");
    const seen: unknown[] = [];
    store.subscribe(({ status, data, connection }) => seen.push([status, data, connection.status]));
    expect(seen).toEqual([["pending", undefined, "connecting"]]);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5), goal("home", 6));
    await until(() => seen.length === 4);
    stream.send({ kind: "end" });
    await until(() => store.get().status === "ended");
    expect(seen.slice(1)).toEqual([
      ["success", score(1, 0), "connecting"],
      ["success", score(1, 0), "live"],
      ["success", score(2, 0), "live"],
      ["success", score(2, 0), "closed"],
      ["ended", score(2, 0), "closed"],
    ]);
  });

  test.each(["client", "wireClient"] as const)("of a %s shows the latest event without state", async (name) => {
    const world = await setUp();
    const store = world[name].feed.store();
    store.subscribe(() => {});
    const stream = (await world.server.next()).open().send(live(0));
    await until(() => store.get().connection.status === "live");
    expect(store.get()).toMatchObject({ status: "pending", data: undefined });
    stream.send(post("a", 1), post("b", 2), { kind: "reset", reason: "trimmed", oldest: at(7), head: at(7) });
    stream.send(live(7));
    await until(() => store.get().connection.cursor() === at(7));
    expect(store.get()).toMatchObject({ status: "success", data: { type: "post", data: "b", id: at(2) } });
  });

  test("of a client made from types shows the latest event of a subscription with state", async () => {
    const { server, wireClient } = await setUp();
    const store = wireClient.scores.watch.store(match);
    store.subscribe(() => {});
    (await server.next()).open().send(snapshot(1, 0, 5), live(5), goal("home", 6));
    await until(() => store.get().status === "success");
    expect(store.get().data).toEqual({ type: "goal", data: { team: "home" }, id: at(6) });
  });

  test("a snapshot can't be changed, and is the same object until something has changed", async () => {
    const { server, client } = await setUp();
    const store = client.feed.store();
    expect(store.get()).toBe(store.get());
    const seen = new Set<unknown>();
    const listener = vi.fn((snapshot: unknown) => seen.add(snapshot));
    store.subscribe(listener);
    (await server.next()).open().send(live(0), post("a", 1));
    await until(() => store.get().status === "success");
    expect(store.get()).toBe(store.get());
    expect(seen).toContain(store.get());
    expect(listener).toHaveBeenCalledTimes(seen.size);
    expect(() => Object.assign(store.get(), { data: 1 })).toThrow(TypeError);
    const { get } = store; // needs no `this`
    expect(get()).toBe(store.get());
  });

  test("is open while it has a listener, on the connection of the other subscribers, and for the linger", async () => {
    const { server, clock, client } = await setUp();
    const store = client.feed.store();
    await new Promise(setImmediate);
    expect(server.requests).toHaveLength(0);
    const listener = () => {};
    const controller = new AbortController();
    const stop = store.subscribe(listener);
    store.subscribe(listener, { signal: controller.signal });
    client.feed.subscribe({ signal: controller.signal });
    const stream = (await server.next()).open().send(live(0), post("a", 1));
    await until(() => store.get().status === "success");
    stop();
    stop();
    stream.send(post("b", 2));
    await until(() => store.get().data?.data === "b"); // the same function is still listening
    controller.abort();
    stream.send(post("c", 3)); // comes while it lingers, with nobody to tell
    await until(() => store.get().data?.data === "c");
    const joined = vi.fn();
    const leave = store.subscribe(joined);
    expect(joined.mock.calls).toEqual([[store.get()]]);
    leave();
    store.subscribe(joined, { signal: controller.signal });
    expect(joined).toHaveBeenCalledTimes(1);
    clock.advance(1_000); // the linger
    await until(() => stream.isGone);
    expect(store.get()).toMatchObject({ status: "pending", data: undefined, connection: { status: "closed" } });
    expect(server.requests).toHaveLength(1);
  });

  test("shows a final error, with the last data, and also to who asks later", async () => {
    const { server, client } = await setUp();
    const store = client.scores.watch.store(match);
    store.subscribe(() => {});
    const failure = { kind: "error", code: "closed", message: "over", final: true } as const;
    (await server.next()).open().send(snapshot(1, 0, 5), live(5), failure);
    await until(() => store.get().status === "error");
    expect(store.get()).toMatchObject({
      data: score(1, 0),
      error: { code: "closed" },
      connection: { status: "closed" },
    });
    const listener = vi.fn();
    store.subscribe(listener);
    expect(listener.mock.calls).toEqual([[store.get()]]);
  });

  test("a listener that throws, leaves or subscribes disturbs no other", async () => {
    const { server, client } = await setUp();
    const printed = vi.spyOn(console, "error").mockImplementation(() => {});
    const store = client.feed.store();
    const seen: unknown[] = [];
    const stopThrowing = store.subscribe(() => {
      throw new Error("listener");
    });
    const stop = store.subscribe(({ status }) => {
      if (status !== "success") return;
      stop();
      store.subscribe(({ data }) => seen.push(["new", data?.data]));
    });
    store.subscribe(({ data }) => seen.push(data?.data));
    const stream = (await server.next()).open().send(live(0));
    await until(() => store.get().connection.status === "live");
    seen.length = 0;
    stream.send(post("a", 1), post("b", 2));
    await until(() => store.get().data?.data === "b");
    expect(seen).toEqual([["new", "a"], "a", "b", ["new", "b"]]);
    expect(printed).toHaveBeenCalled();
    stopThrowing();
    printed.mockRestore();
  });

  test("is the same for the same input, also for one that can't be encoded, which fails and sends nothing", async () => {
    const { server, client } = await setUp();
    expect(client.feed.store()).toBe(client.feed.store());
    expect(client.scores.watch.store({ matchId: "m1" })).toBe(client.scores.watch.store({ matchId: "m1" }));
    expect(client.scores.watch.store({ matchId: "m1" })).not.toBe(client.scores.watch.store({ matchId: "m2" }));
    const wrong = () => client.scores.watch.store({ ...match, since: 1 as never });
    const store = wrong();
    expect(wrong()).toBe(store);
    store.subscribe(() => {});
    await until(() => store.get().status === "error");
    expect(wrong().get().error).toMatchObject({ code: "badRequest", issues: [{ path: ["since"] }] });
    expect(server.requests).toHaveLength(0);
  });

  test("ends with its client, and fails afterwards", async () => {
    const { server, client } = await setUp();
    const store = client.feed.store();
    store.subscribe(() => {});
    (await server.next()).open().send(live(0), post("a", 1));
    await until(() => store.get().status === "success");
    client.$close();
    await Promise.resolve();
    expect(store.get()).toMatchObject({ status: "ended", data: { data: "a" }, connection: { status: "closed" } });
    const later = client.feed.store();
    later.subscribe(() => {});
    await until(() => later.get().status === "error");
    expect(later.get().error).toMatchObject({ code: "aborted" });
  });
});
