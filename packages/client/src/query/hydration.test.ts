import { dehydrate, QueryClient } from "@tanstack/query-core";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { ClientOptions } from "../client-options.js";
import { at, live, match, post, setUp, snapshot, until } from "../test-kit/set-up.test-kit.js";
import { type HydrationOptions, hydration, sluiceQuery, sluiceSubscription } from "./index.js";

/** An application that renders pages on a server, where there is no window. */
async function setUpRender(options: HydrationOptions = {}, clientOptions: Partial<ClientOptions> = {}) {
  const app = await setUp({ id: "app", ...clientOptions });
  const queryClient = new QueryClient({ defaultOptions: hydration(app.client, options) });
  onTestFinished(() => queryClient.clear());
  /** What a page carries of each query. */
  const carried = () =>
    JSON.parse(JSON.stringify(dehydrate(queryClient))).queries.map((query: { state: object }) => query.state);
  return { ...app, queryClient, carried };
}

const path = ["sluice", "app", ["scores", "watch"], '{"matchId":"m1"}'];

describe("a page carries", () => {
  test("a state in wire form with its cursor, and leaves nothing open", async () => {
    const { client, server, queryClient, carried } = await setUpRender();
    const view = sluiceSubscription(client.scores.watch, match);
    const fetched = queryClient.prefetchQuery(view);
    const stream = await server.next();
    const data = { home: 2, away: 1, endedAt: "2026-01-01T00:00:00.000Z" };
    stream.open().send({ kind: "snapshot", data: JSON.stringify(data), id: at(5) });
    await fetched;
    expect(queryClient.getQueryData(view.queryKey)).toEqual({ home: 2, away: 1, endedAt: new Date("2026-01-01") });
    expect(carried()).toMatchObject([
      { status: "success", data: { $sluice: 1, key: [...path, "state"], data, cursor: at(5), version: 1 } },
    ]);
    await until(() => stream.isGone);
    expect(client.scores.watch.store(match).get().connection.status).toBe("closed");
  });

  test("a list of events, with the state at its cursor if there is one", async () => {
    const { client, server, queryClient, carried } = await setUpRender();
    const fetched = queryClient.prefetchQuery(sluiceSubscription(client.scores.watch, match, { list: 5 }));
    (await server.next()).open().send(snapshot(2, 1, 5), live(5));
    await fetched;
    const state = { home: 2, away: 1, endedAt: null };
    expect(carried()).toMatchObject([{ data: { key: [...path, { list: 5 }], data: [], cursor: at(5), state } }]);
  });

  test("the latest event, with codecs' values in wire form", async () => {
    const { client, server, queryClient, carried } = await setUpRender();
    const fetched = queryClient.prefetchQuery(sluiceSubscription(client.feed));
    const like = { kind: "event", type: "like", data: '{"at":"2026-01-01T00:00:00.000Z"}', id: at(3) } as const;
    (await server.next()).open().send(post("a", 2), like, live(3));
    await fetched;
    const data = { type: "like", data: { at: "2026-01-01T00:00:00.000Z" }, id: at(3) };
    expect(carried()).toMatchObject([{ data: { data, cursor: at(3) } }]);
    expect(queryClient.getQueryCache().getAll()[0]?.gcTime).toBe(Infinity);
  });

  test("outputs of queries, and what is no query of the client as it is", async () => {
    const { client, server, queryClient, carried } = await setUpRender();
    const fetched = queryClient.prefetchQuery(sluiceQuery(client.scores.find, { text: "x" }));
    (await server.next()).answer(200, {}, { output: ["m1"] });
    await fetched;
    queryClient.setQueryData(["mine"], { own: true });
    expect(carried()).toMatchObject([{ data: { $sluice: 1, data: ["m1"] } }, { data: { own: true } }]);
  });

  test("no cursor with a state that the application has set", async () => {
    const { client, server, queryClient, carried } = await setUpRender();
    const view = sluiceSubscription(client.scores.watch, match);
    const fetched = queryClient.prefetchQuery(view);
    (await server.next()).open().send(snapshot(2, 1, 5));
    await fetched;
    queryClient.setQueryData(view.queryKey, { home: 3, away: 1, endedAt: null });
    const [{ data }] = carried();
    expect(data).toMatchObject({ data: { home: 3, away: 1, endedAt: null } });
    expect(data).not.toHaveProperty("cursor");
  });

  test("data that is still awaited, once it has come", async () => {
    const { client, server, queryClient } = await setUpRender({ dehydrate: { shouldDehydrateQuery: () => true } });
    void queryClient.prefetchQuery(sluiceSubscription(client.scores.watch, match));
    void queryClient.prefetchQuery(sluiceQuery(client.scores.find, { text: "x" }));
    const { queries } = dehydrate(queryClient);
    for (const request of [await server.next(), await server.next()]) {
      if (request.path.endsWith("watch")) request.open().send(snapshot(2, 1, 5));
      else request.answer(200, {}, { output: ["m1"] });
    }
    expect(await Promise.all(queries.map(({ promise }) => promise))).toMatchObject([
      { $sluice: 1, data: { home: 2 }, cursor: at(5) },
      { $sluice: 1, data: ["m1"] },
    ]);
  });
});

describe("a server that fails", () => {
  test("is given up after serverTimeout, with the reason, and nothing stays open", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { client, server, queryClient, carried } = await setUpRender({ serverTimeout: 300 });
    const fetched = queryClient.fetchQuery(sluiceSubscription(client.feed));
    const failed = expect(fetched).rejects.toMatchObject({
      code: "timeout",
      message: "feed had nothing to show within 300 ms (serverTimeout).",
    });
    const stream = await server.next();
    stream.open().send(live(0));
    vi.advanceTimersByTime(300);
    await failed;
    await vi.waitFor(() => expect(stream.isGone).toBe(true), 15_000);
    expect(carried()).toEqual([]);
  });

  test("by default after 5 seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { client, queryClient } = await setUpRender();
    const failed = expect(queryClient.fetchQuery(sluiceSubscription(client.feed))).rejects.toThrow("within 5000 ms");
    vi.advanceTimersByTime(4_999);
    expect(queryClient.isFetching()).toBe(1);
    vi.advanceTimersByTime(1);
    await failed;
  });

  test("finally is told at once, and the page carries nothing of it", async () => {
    const { client, server, queryClient, carried } = await setUpRender();
    const fetched = queryClient.fetchQuery(sluiceSubscription(client.scores.watch, match));
    (await server.next()).answer(403, {}, { status: 403, code: "forbidden" });
    await expect(fetched).rejects.toMatchObject({ code: "forbidden" });
    expect(carried()).toEqual([]);
  });
});

describe("options", () => {
  test("a client without an id of its own is refused, and so is what is no client", async () => {
    const { client } = await setUp();
    const sentence =
      'hydration needs a client with an id of its own, the same on the server and in the browser: createClient(contract, { id: "app", … }).';
    expect(() => hydration(client)).toThrow(new TypeError(sentence));
    expect(() => hydration({} as never)).toThrow(new TypeError(sentence));
  });

  test("a serverTimeout that is none is refused", async () => {
    const { client } = await setUp({ id: "app" });
    expect(() => hydration(client, { serverTimeout: 0 })).toThrow(
      '"serverTimeout" is 0; allowed is a number of milliseconds from 1 to 2147483647.',
    );
  });

  test("the application's own take part", async () => {
    const { client } = await setUp({ id: "app" });
    const { dehydrate, hydrate } = hydration(client, {
      dehydrate: { serializeData: (data) => ({ packed: data }), shouldRedactErrors: () => false },
      hydrate: { deserializeData: ({ packed }) => packed, queries: { gcTime: 7 } },
    });
    expect(dehydrate.serializeData?.(1)).toEqual({ packed: 1 });
    expect(hydrate.deserializeData?.({ packed: 1 })).toBe(1);
    expect([dehydrate.shouldRedactErrors?.({}), hydrate.queries]).toEqual([false, { gcTime: 7 }]);
  });
});
