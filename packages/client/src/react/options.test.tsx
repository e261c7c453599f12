import { dehydrate, hydrate, QueryClient, skipToken, useMutation, useQueries, useQuery } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { sluiceMutation, sluiceQuery, sluiceSubscription } from "../query/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { goal, live, match, post, snapshot } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

const score = (home: number, away: number) => ({ home, away, endedAt: null });

describe("sluiceSubscription", () => {
  test("makes a plain useQuery live", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useQuery(sluiceSubscription(client.scores.watch, match)), undefined);
    expect(result.current).toMatchObject({ status: "pending", isFetching: true });
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current).toMatchObject({ data: score(1, 0), isFetching: false, isStale: false }));
    stream.send(goal("home", 6));
    await waitFor(() => expect(result.current.data).toEqual(score(2, 0)));
  });

  test("passes a final error to a plain useQuery and to the cache's onError, also after data", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const onError = vi.fn();
    queryClient.getQueryCache().config.onError = onError;
    const { result } = render(() => useQuery(sluiceSubscription(client.scores.watch, match)), undefined);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 0)));
    stream.send({ kind: "error", code: "forbidden", message: "", final: true });
    await waitFor(() => expect(result.current.status).toBe("error"));
    expect(result.current).toMatchObject({ data: score(1, 0), error: { code: "forbidden" }, isRefetchError: true });
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test("rejects before data, and calls onError once", async () => {
    const { server, client, queryClient } = await setUpApp();
    const onError = vi.fn();
    queryClient.getQueryCache().config.onError = onError;
    const fetched = queryClient.fetchQuery(sluiceSubscription(client.scores.watch, match));
    (await server.next()).answer(403);
    await expect(fetched).rejects.toMatchObject({ code: "forbidden" });
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test("fetched without a component, returns the state and closes the connection", async () => {
    const { server, client, clock, queryClient } = await setUpApp();
    const fetched = queryClient.fetchQuery(sluiceSubscription(client.scores.watch, match));
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    expect(await fetched).toEqual(score(1, 0));
    await waitFor(() => expect(clock.pending).toContain(1_000));
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
  });

  test("cancelling a fetch without observers closes the connection", async () => {
    const { server, client, clock, queryClient } = await setUpApp();
    const options = sluiceSubscription(client.scores.watch, match);
    const fetched = queryClient.fetchQuery(options).catch((error: unknown) => error);
    const stream = (await server.next()).open();
    await queryClient.cancelQueries({ queryKey: options.queryKey });
    await fetched;
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
  });

  test("cancelling the fetch of an observed view leaves it live", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const options = sluiceSubscription(client.scores.watch, match);
    const { result } = render(() => useQuery(options), undefined);
    const stream = await server.next();
    await queryClient.cancelQueries({ queryKey: options.queryKey });
    stream.open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current).toMatchObject({ status: "success", data: score(1, 0) }));
  });

  test("accepts TanStack's own options", async () => {
    const { server, client, clock, render } = await setUpApp();
    const { result, rerender } = render(
      (enabled: boolean) =>
        useQuery({ ...sluiceSubscription(client.scores.watch, match), enabled, select: ({ home }) => home }),
      false,
    );
    expect(server.requests).toHaveLength(0);
    rerender(true);
    const first = (await server.next()).open().send(snapshot(3, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toBe(3));
    rerender(false);
    clock.advance(1_000);
    await waitFor(() => expect(first.isGone).toBe(true));
    rerender(true);
    (await server.next()).open().send(snapshot(4, 0, 6), live(6));
    await waitFor(() => expect(result.current.data).toBe(4));
  });

  test("data from elsewhere is shown, and made live", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const options = sluiceSubscription(client.scores.watch, match);
    const source = new QueryClient();
    source.setQueryData(options.queryKey, score(1, 1));
    hydrate(queryClient, JSON.parse(JSON.stringify(dehydrate(source))));
    const { result } = render(() => useQuery(options), undefined);
    expect(result.current).toMatchObject({ status: "success", data: score(1, 1), isFetching: true });
    (await server.next()).open().send(snapshot(2, 2, 5), live(5));
    await waitFor(() => expect(result.current).toMatchObject({ data: score(2, 2), isFetching: false }));
  });

  test("refuses a list size that is not a whole number, and names it", async () => {
    const { client } = await setUpApp();
    for (const list of [0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => sluiceSubscription(client.feed, undefined, { list })).toThrow(RangeError);
    }
    expect(() => sluiceSubscription(client.feed, undefined, { list: 0 })).toThrow(
      '"list" of a view of feed is 0; allowed is a whole number from 1.',
    );
  });

  test("keys are JSON, equal for equal inputs, and different for clients and views", async () => {
    const { client } = await setUpApp();
    const { client: other } = await setUpApp();
    const since = () => new Date("2026-01-01T00:00:00Z");
    const key = (watch: typeof client.scores.watch) =>
      sluiceSubscription(watch, { since: since(), matchId: "m1" }).queryKey;
    const [, clientId, ...rest] = key(client.scores.watch);
    expect(rest).toEqual([["scores", "watch"], '{"matchId":"m1","since":"2026-01-01T00:00:00.000Z"}', "state"]);
    expect(key(other.scores.watch)[1]).not.toBe(clientId);
    const { client: named } = await setUpApp({ id: "main" });
    expect(key(named.scores.watch)[1]).toBe("main");
    const views = [
      sluiceSubscription(client.feed),
      sluiceSubscription(client.feed, undefined, { list: 5 }),
      sluiceSubscription(client.feed, undefined, { list: 6 }),
      sluiceSubscription(client.feed, undefined, { fold: { key: "n", initial: 0, step: (n) => n + 1 } }),
      sluiceSubscription(client.feed, skipToken),
    ];
    expect(views.map(({ queryKey }) => queryKey.slice(2))).toEqual([
      [["feed"], null, "latest"],
      [["feed"], null, { list: 5 }],
      [["feed"], null, { list: 6 }],
      [["feed"], null, { fold: "n" }],
      [["feed"]],
    ]);
  });
});

test("a list, fold or latest event stays for the client's linger", async () => {
  const { client } = await setUpApp({ linger: 5_000 });
  const fold = { key: "n", initial: 0, step: (n: number) => n + 1 };
  for (const view of [{}, { list: 5 }, { fold }]) {
    expect(sluiceSubscription(client.feed, undefined, view)).toMatchObject({ gcTime: 5_000 });
  }
  expect(sluiceSubscription(client.scores.watch, match)).not.toHaveProperty("gcTime");
});

describe("refetching a view that has had no event yet", () => {
  const settled = (promise: Promise<unknown>) => {
    const state = { isSettled: false };
    void promise.then(() => {
      state.isSettled = true;
    });
    return state;
  };

  test("resolves when it is live, however it is requested, and shows the event on arrival", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const options = sluiceSubscription(client.feed);
    const { result } = render(() => useQuery(options), undefined);
    const stream = await server.next();
    const early = settled(queryClient.invalidateQueries());
    await new Promise((resolve) => setTimeout(resolve));
    expect(early.isSettled).toBe(false);
    stream.open().send(live(0));
    await waitFor(() => expect(early.isSettled).toBe(true));
    await queryClient.invalidateQueries({ queryKey: options.queryKey });
    await queryClient.refetchQueries({ queryKey: options.queryKey }, { throwOnError: true });
    await result.current.refetch();
    expect(result.current).toMatchObject({ status: "pending", isFetching: true });
    stream.send(post("a", 1));
    await waitFor(() => expect(result.current.data).toMatchObject({ data: "a" }));
    expect(server.requests).toHaveLength(1);
  });

  test("resolves when the subscription ends, fails or is closed before", async () => {
    const { server, client, render, queryClient } = await setUpApp({ linger: 0 });
    const { unmount } = render(() => useSubscription(client.feed), undefined);
    const failing = queryClient.invalidateQueries();
    (await server.next()).answer(403);
    await failing;

    const again = queryClient.invalidateQueries();
    const second = (await server.next()).open();
    unmount();

    await again;
    await waitFor(() => expect(second.isGone).toBe(true));
  });

  test("a mutation that awaits it completes", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const onSuccess = () => queryClient.invalidateQueries();
    const { result } = render(() => {
      useSubscription(client.feed);
      return useMutation({ ...sluiceMutation(client.scores.clear), onSuccess });
    }, undefined);
    (await server.next()).open().send(live(0));
    result.current.mutate();
    (await server.next()).answer(200, {}, {});
    await waitFor(() => expect(result.current.status).toBe("success"));
  });

  test("fetchQuery keeps waiting for the first event", async () => {
    const { server, client, queryClient } = await setUpApp();
    const fetched = queryClient.fetchQuery(sluiceSubscription(client.feed));
    const stream = (await server.next()).open().send(live(0));
    stream.send(post("a", 1));
    expect(await fetched).toMatchObject({ data: "a" });
  });
});

describe("sluiceQuery", () => {
  test("shows an error that can't be retried at once", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useQuery(sluiceQuery(client.scores.find, { text: "a" })), undefined);
    (await server.next()).answer(404, {}, { code: "notFound", title: "Not found", status: 404 });
    await waitFor(() => expect(result.current).toMatchObject({ status: "error", error: { code: "notFound" } }));
    expect(server.requests).toHaveLength(1);
  });

  test("retries a temporary error as often as the QueryClient allows", async () => {
    for (const { retry, requests } of [{ requests: 4 }, { retry: 1, requests: 2 }, { retry: false, requests: 1 }]) {
      const { server, client, render } = await setUpApp();
      const queries = { retryDelay: 1, ...(retry !== undefined && { retry }) };
      const queryClient = new QueryClient({ defaultOptions: { queries } });
      const { result } = render(() => useQuery(sluiceQuery(client.scores.find, { text: "a" })), undefined, {
        queryClient,
      });
      for (let request = 0; request < requests; request++) (await server.next()).answer(503);
      await waitFor(() => expect(result.current).toMatchObject({ status: "error", error: { code: "unavailable" } }));
      expect(server.requests).toHaveLength(requests);
    }
  });

  test("sends the query, under a key of its input", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const options = sluiceQuery(client.scores.find, { text: "a" });
    const { result } = render(() => useQuery(options), undefined);
    (await server.next()).answer(200, {}, { output: ["m1"] });
    await waitFor(() => expect(result.current.data).toEqual(["m1"]));
    expect(options.queryKey.slice(2)).toEqual([["scores", "find"], '{"text":"a"}']);
    expect(queryClient.getQueryData(options.queryKey)).toEqual(["m1"]);
  });

  test("aborts the request when nothing waits for it any more", async () => {
    const { server, client, render } = await setUpApp();
    const { unmount } = render(() => useQuery(sluiceQuery(client.scores.find, { text: "a" })), undefined);
    const request = await server.next();
    unmount();
    await waitFor(() => expect(request.isGone).toBe(true));
  });

  test("skipToken sends nothing", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useQuery(sluiceQuery(client.scores.find, skipToken)), undefined);
    expect(result.current).toMatchObject({ status: "pending", fetchStatus: "idle" });
    expect(server.requests).toHaveLength(0);
  });
});

test("useQueries takes queries and views side by side", async () => {
  const { server, client, render } = await setUpApp();
  const queries = [
    sluiceQuery(client.scores.find, { text: "a" }),
    sluiceSubscription(client.scores.watch, match),
  ] as const;
  const { result } = render(() => useQueries({ queries }), undefined);
  for (const request of [await server.next(), await server.next()]) {
    if (request.path.endsWith("find")) request.answer(200, {}, { output: ["m1"] });
    else request.open().send(snapshot(1, 0, 5), live(5));
  }
  await waitFor(() => expect(result.current.map(({ data }) => data)).toEqual([["m1"], score(1, 0)]));
});

describe("sluiceMutation", () => {
  test("sends the input and returns the output, or the typed error", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useMutation(sluiceMutation(client.scores.report)), undefined);
    const text = "2026-01-01T00:00:00.000Z";
    result.current.mutate({ matchId: "m1", at: new Date(text) });
    const first = await server.next();
    expect(first.body).toEqual({ input: { matchId: "m1", at: text } });
    first.answer(200, {}, { output: { at: text } });
    await waitFor(() => expect(result.current.data).toEqual({ at: new Date(text) }));
    result.current.mutate({ matchId: "m2" });
    const problem = { status: 404, title: "", code: "matchNotFound", data: { at: text } };
    (await server.next()).answer(404, {}, problem);
    await waitFor(() =>
      expect(result.current.error).toMatchObject({ code: "matchNotFound", data: { at: new Date(text) } }),
    );
  });
});
