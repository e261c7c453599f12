import { type DehydratedState, hashKey, hydrate, QueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { act, waitFor } from "@testing-library/react";
import { expect, onTestFinished, test } from "vitest";
import { useSubscription } from "../react/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { at, goal, live, match, snapshot, until } from "../test-kit/set-up.test-kit.js";
import { hydration, sluiceSubscription } from "./index.js";

failOnConsoleError();

/** A page that came before its data: the state of a match is still awaited. */
async function setUpStreamed() {
  const app = await setUpApp({ id: "app" });
  const queryClient = new QueryClient({
    defaultOptions: hydration(app.client, { hydrate: { queries: { retryDelay: 1 } } }),
  });
  onTestFinished(() => queryClient.clear());
  const { queryKey } = sluiceSubscription(app.client.scores.watch, match);
  let arrive = (_data: unknown): void => {};
  let fail = (_error: Error): void => {};
  const promise = new Promise((resolve, reject) => {
    arrive = resolve;
    fail = reject;
  });
  const state = { status: "pending", fetchStatus: "fetching", dataUpdatedAt: 0, error: null };
  const query = { queryKey, queryHash: hashKey(queryKey), dehydratedAt: Date.now(), state, promise };
  hydrate(queryClient, { mutations: [], queries: [query] } as unknown as DehydratedState);
  const data = { $sluice: 1, key: queryKey, data: { home: 2, away: 1, endedAt: null }, cursor: at(5), version: 1 };
  const render = <Result,>(hook: () => Result) => app.render(hook, {}, { queryClient, strict: true });
  return { ...app, queryClient, arrive: () => act(async () => arrive(data)), fail, render };
}

test("a suspended view waits for what the server still has to say, and goes on from there", async () => {
  const { client, server, arrive, render } = await setUpStreamed();
  const { result } = render(() => useSuspenseQuery(sluiceSubscription(client.scores.watch, match)));
  expect(result.current).toBeNull();
  expect(server.requests).toHaveLength(0);
  await arrive();
  await waitFor(() => expect(result.current).not.toBeNull());
  expect(result.current.data).toMatchObject({ home: 2 });
  const stream = await server.next();
  expect(stream.headers["last-event-id"]).toBe(at(5));
  await act(async () => void stream.open().send(goal("home", 6), live(6)));
  await act(() => until(() => result.current.data.home === 3));
  expect(server.requests).toHaveLength(1);
});

test("a view that asked itself meanwhile isn't set back", async () => {
  const { client, server, arrive, render, queryClient } = await setUpStreamed();
  const { result, seen } = render(() => useSubscription(client.scores.watch, match));
  const stream = await server.next();
  await act(async () => void stream.open().send(snapshot(3, 1, 6), live(6)));
  await act(() => until(() => result.current.connection.status === "live"));
  await arrive();
  await waitFor(() => expect(queryClient.isFetching()).toBe(0));
  expect(queryClient.getQueryCache().getAll()[0]?.state.data).toMatchObject({ home: 3 });
  expect(result.current.data).toMatchObject({ home: 3 });
  expect(seen.filter(({ data }) => data && data.home !== 3)).toEqual([]);
});

test("a suspended view asks itself if the server has failed", async () => {
  const { client, server, fail, render } = await setUpStreamed();
  const { result } = render(() => useSuspenseQuery(sluiceSubscription(client.scores.watch, match)));
  await act(async () => fail(new Error("redacted")));
  const stream = await server.next();
  await act(async () => void stream.open().send(snapshot(3, 1, 6), live(6)));
  await waitFor(() => expect(result.current).not.toBeNull());
  expect(result.current.data).toMatchObject({ home: 3 });
});
