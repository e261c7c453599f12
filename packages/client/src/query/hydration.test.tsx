import {
  type DehydratedState,
  dehydrate,
  hashKey,
  hydrate,
  MutationObserver,
  QueryClient,
  useMutation,
  useQuery,
} from "@tanstack/react-query";
import { act } from "@testing-library/react";
import { expect, onTestFinished, test } from "vitest";
import { useSubscription } from "../react/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { at, goal, live, match, post, snapshot, until } from "../test-kit/set-up.test-kit.js";
import { hydration, sluiceMutation, sluicePending, sluiceQuery, sluiceSubscription } from "./index.js";

failOnConsoleError();

async function setUpPage() {
  const app = await setUpApp({ id: "app" });
  const queryClient = new QueryClient({ defaultOptions: hydration(app.client) });
  onTestFinished(() => queryClient.clear());
  const render = <Result,>(hook: () => Result, strict = false) => app.render(hook, {}, { queryClient, strict });
  return { ...app, queryClient, render };
}

interface Carried {
  readonly data: unknown;
  readonly cursor?: string;
  readonly version?: number;
  readonly state?: unknown;
}

/** What a page brought of a query. */
function brought({ queryKey }: { queryKey: readonly unknown[] }, carried: Carried, updatedAt = Date.now()) {
  const data = { $sluice: 1, key: queryKey, ...carried };
  const state = { status: "success", fetchStatus: "idle", data, dataUpdatedAt: updatedAt, error: null };
  const query = { queryKey, queryHash: hashKey(queryKey), dehydratedAt: updatedAt, state };
  return { mutations: [], queries: [query] } as unknown as DehydratedState;
}

const score = (home: number, away: number) => ({ home, away, endedAt: null });
const aPost = (text: string, offset: number) => ({ type: "post", data: text, id: at(offset) });

test.each([false, true])("a view shows what a page brought, and goes on from there (strict: %s)", async (strict) => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.scores.watch, match);
  hydrate(queryClient, brought(view, { data: score(2, 1), cursor: at(5), version: 1 }));
  const { result, seen } = render(() => useSubscription(client.scores.watch, match), strict);
  expect(result.current).toMatchObject({ status: "success", data: score(2, 1), connection: { status: "connecting" } });
  const stream = await server.next();
  expect(stream.headers["last-event-id"]).toBe(at(5));
  await act(async () => void stream.open().send(goal("home", 6), live(6)));
  await act(() => until(() => result.current.data?.home === 3));
  expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(["success"]));
  expect(server.requests).toHaveLength(1);
});

test("plain options go on from a page, too, and a refetch asks for a fresh state", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.scores.watch, match);
  hydrate(queryClient, brought(view, { data: score(2, 1), cursor: at(5), version: 1 }));
  const { result } = render(() => useQuery(view), true);
  const stream = await server.next();
  expect(stream.headers["last-event-id"]).toBe(at(5));
  await act(async () => void stream.open().send(live(5)));
  await act(() => until(() => !result.current.isFetching));
  const refetched = queryClient.invalidateQueries({ queryKey: view.queryKey });
  const fresh = await server.next();
  expect(fresh.headers["last-event-id"]).toBeUndefined();
  await act(async () => {
    fresh.open().send(snapshot(7, 7, 5), live(5));
    await refetched;
  });
  await act(() => until(() => result.current.data?.home === 7));
});

type App = Awaited<ReturnType<typeof setUpPage>>;
type Told = (data: unknown, event: { readonly id: string }) => void;

const useScore = ({ client }: App) => useSubscription(client.scores.watch, match);
const useGoals = ({ client }: App, told: Told) =>
  useSubscription(client.scores.watch, match, { list: 5, on: { goal: told } });

test.each([
  [
    "the state's view first",
    function useBoth(app: App, told: Told) {
      const state = useScore(app);
      return { state, goals: useGoals(app, told) };
    },
  ],
  [
    "the list's view first",
    function useBoth(app: App, told: Told) {
      const goals = useGoals(app, told);
      return { state: useScore(app), goals };
    },
  ],
])("views of a subscription that are from different places go on from the first of them: %s", async (_, useBoth) => {
  const app = await setUpPage();
  const { client, server, queryClient, render } = app;
  const { watch } = client.scores;
  const aGoal = { type: "goal", data: { team: "home" }, id: at(6) };
  const list = { data: [aGoal], cursor: at(6), version: 1, state: score(3, 1) };
  hydrate(queryClient, brought(sluiceSubscription(watch, match, { list: 5 }), list));
  hydrate(queryClient, brought(sluiceSubscription(watch, match), { data: score(2, 1), cursor: at(5), version: 1 }));
  const told: string[] = [];
  const { result } = render(() => useBoth(app, (_data, { id }) => void told.push(id)));
  const stream = await server.next();
  expect(stream.headers["last-event-id"]).toBe(at(5));
  await act(async () => void stream.open().send(goal("home", 6), goal("away", 7), live(7)));
  await act(() => until(() => result.current.state.data?.away === 2));
  expect(result.current.state.data).toEqual(score(3, 2));
  expect(result.current.goals.data).toEqual([aGoal, { type: "goal", data: { team: "away" }, id: at(7) }]);
  expect(told).toEqual([at(7)]);
  expect(server.requests).toHaveLength(1);
});

test("a list from a cache doesn't go back to where a state is from that was shown long before", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const { watch } = client.scores;
  const old = Date.now() - 60_000;
  hydrate(
    queryClient,
    brought(sluiceSubscription(watch, match), { data: score(2, 1), cursor: at(5), version: 1 }, old),
  );
  const aGoal = { type: "goal", data: { team: "home" }, id: at(9) };
  const list = { data: [aGoal], cursor: at(9), version: 1, state: score(6, 1) };
  hydrate(queryClient, brought(sluiceSubscription(watch, match, { list: 5 }), list));
  render(() => useSubscription(watch, match, { list: 5 }));
  expect((await server.next()).headers["last-event-id"]).toBe(at(9));
});

test("a page that is older than a view doesn't set it back", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.scores.watch, match);
  const { result, seen } = render(() => useSubscription(client.scores.watch, match));
  const stream = await server.next();
  await act(async () => void stream.open().send(snapshot(3, 1, 6), live(6)));
  await act(() => until(() => result.current.connection.status === "live"));
  const before = seen.length;
  // The server's clock is ahead.
  const page = brought(view, { data: score(2, 1), cursor: at(5), version: 1 }, Date.now() + 60_000);
  await act(async () => hydrate(queryClient, page));
  expect(seen.slice(before).filter(({ data }) => data?.home !== 3)).toEqual([]);
  expect(queryClient.getQueryData(view.queryKey)).toMatchObject({ home: 3 });
});

test("a page that can't be read takes nothing from a view", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.scores.watch, match);
  const { result, seen } = render(() => useSubscription(client.scores.watch, match));
  const stream = await server.next();
  await act(async () => void stream.open().send(snapshot(3, 1, 6), live(6)));
  await act(() => until(() => result.current.connection.status === "live"));
  const before = seen.length;
  await act(async () => hydrate(queryClient, brought(view, { data: "a newer version's" }, Date.now() + 60_000)));
  expect(seen.slice(before).filter(({ data }) => data?.home !== 3)).toEqual([]);
  expect(queryClient.getQueryData(view.queryKey)).toMatchObject({ home: 3 });
});

test("a page that another client rendered is refused, in development", async () => {
  const { client, queryClient } = await setUpPage();
  const { queryKey } = sluiceSubscription(client.scores.watch, match);
  const other = { queryKey: ["sluice", "web", ...queryKey.slice(2)] };
  expect(() => hydrate(queryClient, brought(other, { data: score(2, 1) }))).toThrow(
    'The page was rendered by a client with the id "web", and this one has "app": give both the same.',
  );
});

test("a list from a page starts anew if its subscription is further", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const stop = client.feed.subscribe({});
  const stream = await server.next();
  stream.open().send(post("c", 3), live(3));
  await until(() => client.feed.store().get().connection.cursor() === at(3));
  const view = sluiceSubscription(client.feed, undefined, { list: 5 });
  hydrate(queryClient, brought(view, { data: [aPost("a", 1)], cursor: at(1) }));
  const { result } = render(() => useSubscription(client.feed, undefined, { list: 5 }));
  await act(async () => void stream.send(post("d", 4)));
  await act(() => until(() => result.current.data?.at(-1)?.id === at(4)));
  expect(result.current.data).toEqual([aPost("d", 4)]);
  expect(server.requests).toHaveLength(1);
  stop();
});

test("a list that a gap empties forgets what the page brought", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.feed, undefined, { list: 5 });
  hydrate(queryClient, brought(view, { data: [aPost("a", 1)], cursor: at(1) }));
  const { result } = render(() => useSubscription(client.feed, undefined, { list: 5 }));
  const stream = await server.next();
  const reset = { kind: "reset", reason: "trimmed", oldest: at(0, "F"), head: at(2, "F") } as const;
  const next = { ...post("z", 1), id: at(1, "F") };
  await act(async () => void stream.open().send(reset, next, { kind: "live", id: at(1, "F") }));
  await act(() => until(() => result.current.connection.status === "live"));
  await until(() => result.current.data?.[0]?.data === "z");
  expect(result.current.data).toHaveLength(1);
});

test("a list from a page is kept no longer than others", async () => {
  const { client, queryClient, render, server } = await setUpPage();
  const view = sluiceSubscription(client.feed, undefined, { list: 5 });
  hydrate(queryClient, brought(view, { data: [aPost("a", 1)], cursor: at(1) }));
  const { unmount } = render(() => useSubscription(client.feed, undefined, { list: 5 }));
  await server.next();
  expect(queryClient.getQueryCache().find(view)?.gcTime).toBe(1_000);
  unmount();
});

test("an output that the contract doesn't know is asked for", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const find = sluiceQuery(client.scores.find, { text: "x" });
  hydrate(queryClient, brought(find, { data: "an older version's" }));
  const { result } = render(() => useQuery({ ...find, staleTime: 60_000 }));
  (await server.next()).answer(200, {}, { output: ["m1"] });
  await act(() => until(() => result.current.data !== undefined));
  expect(result.current.data).toEqual(["m1"]);
});

test("a client made from types goes on from a page with wire forms", async () => {
  const { wireClient, server, render } = await setUpPage();
  const queryClient = new QueryClient({ defaultOptions: hydration(wireClient) });
  const view = sluiceSubscription(wireClient.feed, undefined, { list: 5 });
  hydrate(queryClient, brought(view, { data: [aPost("a", 1)], cursor: at(1) }));
  const { result } = render(() => useQuery(view, queryClient));
  expect(result.current.data).toEqual([aPost("a", 1)]);
  expect((await server.next()).body).toMatchObject({ cursor: at(1) });
  queryClient.clear();
});

test("a browser's cache carries cursors, so that one that is persisted goes on as well", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const { result } = render(() => useSubscription(client.scores.watch, match));
  const stream = await server.next();
  await act(async () => void stream.open().send(snapshot(2, 1, 5), live(5)));
  await act(() => until(() => result.current.connection.status === "live"));
  await act(async () => void stream.send(goal("home", 6)));
  await until(() => result.current.connection.cursor() === at(6));
  const [carried] = dehydrate(queryClient).queries;
  expect(carried?.state.data).toMatchObject({ data: score(3, 1), cursor: at(6) });
});

test("a cache that a page has brought further than the subscription carries the page's cursor until that catches up", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const leave = client.scores.watch.subscribe(match, {});
  onTestFinished(leave);
  const stream = await server.next();
  stream.open().send(snapshot(2, 1, 5), live(5));
  const { get } = client.scores.watch.store(match);
  await until(() => get().connection.status === "live");
  const view = sluiceSubscription(client.scores.watch, match);
  const list = sluiceSubscription(client.scores.watch, match, { list: 5 });
  hydrate(queryClient, brought(view, { data: score(4, 1), cursor: at(7), version: 1 }));
  hydrate(queryClient, brought(list, { data: [], cursor: at(7), version: 1, state: score(4, 1) }));
  const { result } = render(() => [useSubscription(client.scores.watch, match).data, useQuery(list, queryClient).data]);
  expect(result.current).toEqual([score(4, 1), []]);
  const carried = () =>
    JSON.parse(JSON.stringify(dehydrate(queryClient))).queries.map((query: { state: Carried }) => query.state.data);
  const withPage = { cursor: at(7), version: 1 };
  expect(carried()).toMatchObject([
    { data: score(4, 1), ...withPage },
    { data: [], state: score(4, 1), ...withPage },
  ]);
  await act(async () => void stream.send(goal("home", 6)));
  await until(() => get().data?.home === 3);
  expect(carried()).toMatchObject([withPage, withPage]);
  await act(async () => void stream.send(goal("home", 7)));
  await until(() => get().data?.home === 4);
  expect(carried()).toMatchObject([withPage, withPage]);
  await act(async () => void stream.send(goal("home", 8)));
  await act(() =>
    until(() => result.current[0] !== undefined && "home" in result.current[0] && result.current[0].home === 5),
  );
  expect(carried()).toMatchObject([
    { data: score(5, 1), cursor: at(8) },
    { data: [{ id: at(8) }], state: score(5, 1), cursor: at(8) },
  ]);
});

test("a pending mutation shows on top of what a page brought, and isn't taken for what a topic has", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.scores.watch, match);
  hydrate(queryClient, brought(view, { data: score(2, 1), cursor: at(5), version: 1 }));
  const optimistic = () =>
    sluicePending(client.scores.watch, match, {
      state: (now) => ({ ...now, home: now.home + 1 }),
      echo: { goal: () => true },
    });
  const { result, seen } = render(() => ({
    report: useMutation(sluiceMutation(client.scores.report, { optimistic })),
    home: useSubscription(client.scores.watch, match).data?.home,
  }));
  const stream = await server.next();
  await act(async () => result.current.report.mutate(match));
  await act(() => until(() => result.current.home === 3));
  await act(async () => void stream.open().send(live(5)));
  await act(() => until(() => client.scores.watch.store(match).get().connection.status === "live"));
  const [query] = JSON.parse(JSON.stringify(dehydrate(queryClient))).queries;
  expect(query.state.data).toMatchObject({ data: score(3, 1) });
  expect(query.state.data).not.toHaveProperty("cursor");
  await act(async () => void stream.send(goal("home", 6), goal("home", 7)));
  await act(() => until(() => result.current.home === 4));
  expect([...new Set(seen.map(({ home }) => home))]).toEqual([2, 3, 4]);
});

test("a cache carries no cursor of a subscription that is further than a view that isn't shown any more", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const { result, unmount } = render(() => useSubscription(client.scores.watch, match));
  const stop = client.scores.watch.subscribe(match, {});
  onTestFinished(stop);
  const stream = await server.next();
  await act(async () => void stream.open().send(snapshot(2, 1, 5), live(5)));
  await act(() => until(() => result.current.connection.status === "live"));
  const carried = () => dehydrate(queryClient).queries[0]?.state.data;
  unmount();
  stream.send(goal("home", 6));
  await until(() => client.scores.watch.store(match).get().connection.cursor() === at(6));
  expect(carried()).toMatchObject({ data: score(2, 1) });
  expect(carried()).not.toHaveProperty("cursor", at(6));
  const optimistic = () =>
    sluicePending(client.scores.watch, match, {
      state: (now) => ({ ...now, home: now.home + 1 }),
      echo: { goal: () => true },
    });
  void new MutationObserver(queryClient, sluiceMutation(client.scores.report, { optimistic }))
    .mutate(match)
    .catch(() => {});
  await until(() => queryClient.getQueryData(sluiceSubscription(client.scores.watch, match).queryKey)?.home === 4);
  expect(carried()).toMatchObject({ data: score(4, 1) });
  expect(carried()).not.toHaveProperty("cursor");
});

test("a list from a page of a contract without state starts anew where there is one", async () => {
  const { client, server, queryClient, render } = await setUpPage();
  const view = sluiceSubscription(client.scores.watch, match, { list: 5 });
  hydrate(queryClient, brought(view, { data: [], cursor: at(5) }));
  render(() => useSubscription(client.scores.watch, match, { list: 5 }));
  expect((await server.next()).headers).not.toHaveProperty("last-event-id");
});
