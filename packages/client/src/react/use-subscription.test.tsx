import { QueryClient, skipToken } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { createClient } from "../client.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { at, contract, goal, live, match, post, snapshot } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

const score = (home: number, away: number) => ({ home, away, endedAt: null });

describe("the data of a view", () => {
  test("is pending until the state arrives, then the state, folded with later events", async () => {
    const { server, client, render } = await setUpApp();
    const { result, seen } = render(() => useSubscription(client.scores.watch, match), undefined);
    expect(result.current).toMatchObject({ status: "pending", data: undefined, error: null });
    expect(result.current.connection.status).toBe("connecting");
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 0)));
    stream.send(goal("away", 6));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 1)));
    await waitFor(() => expect(result.current.connection).toMatchObject({ status: "live", attempt: 0 }));
    expect(result.current.connection.cursor()).toBe(at(6));
    expect(seen.every(({ status, data }) => (status === "pending") === (data === undefined))).toBe(true);
  });

  test("is the latest event without state", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useSubscription(client.feed), undefined);
    const stream = (await server.next()).open().send(live(0));
    await waitFor(() => expect(result.current.connection.status).toBe("live"));
    expect(result.current.status).toBe("pending");
    stream.send(post("a", 1), post("b", 2));
    await waitFor(() => expect(result.current.data).toEqual({ type: "post", data: "b", id: at(2) }));
  });

  test("is the last events, newest last and at most the requested number", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useSubscription(client.feed, undefined, { list: 3 }), undefined);
    const stream = (await server.next()).open().send(live(0));
    await waitFor(() => expect(result.current).toMatchObject({ status: "success", data: [] }));
    stream.send(...Array.from({ length: 20 }, (_, n) => post(`${n}`, n + 1)));
    await waitFor(() => expect(result.current.data?.map(({ data }) => data)).toEqual(["17", "18", "19"]));
  });

  test("is the result of a fold of the events", async () => {
    const { server, client, render } = await setUpApp();
    const longest = { key: "longest", initial: "", step: longer };
    const { result } = render(() => useSubscription(client.feed, undefined, { fold: longest }), undefined);
    const stream = (await server.next()).open().send(live(0));
    await waitFor(() => expect(result.current).toMatchObject({ status: "success", data: "" }));
    stream.send(post("aa", 1), post("aaaa", 2), post("a", 3));
    await waitFor(() => expect(result.current.data).toBe("aaaa"));
  });

  const longer = (longest: string, { data }: { data: unknown }) =>
    typeof data === "string" && data.length > longest.length ? data : longest;

  test("waits for replayed events, so that a list doesn't grow visibly", async () => {
    const { server, client, render } = await setUpApp();
    const { result, seen } = render(() => useSubscription(client.feed, undefined, { list: 9 }), undefined);
    const stream = (await server.next()).open().send(post("a", 1), post("b", 2));
    await waitFor(() => expect(result.current.connection.cursor()).toBe(at(2)));
    expect(result.current.status).toBe("pending");
    stream.send(live(2));
    await waitFor(() => expect(result.current.data).toHaveLength(2));
    expect(seen.filter(({ data }) => data !== undefined && data.length < 2)).toEqual([]);
  });

  test("a fold that throws fails only its view, with the thrown value as the cause", async () => {
    const { server, client, render } = await setUpApp();
    const thrown = new Error("no");
    const broken = {
      key: "broken",
      initial: 0,
      step: (): number => {
        throw thrown;
      },
    };
    const { result } = render(
      () => ({
        fold: useSubscription(client.feed, undefined, { fold: broken }),
        list: useSubscription(client.feed, undefined, { list: 5 }),
      }),
      undefined,
    );
    (await server.next()).open().send(live(0), post("a", 1));
    await waitFor(() => expect(result.current.fold.error).toMatchObject({ code: "internal", cause: thrown }));
    await waitFor(() => expect(result.current.list.data).toHaveLength(1));
    expect(result.current.list.connection.status).toBe("live");
  });
});

describe("connections", () => {
  test("StrictMode opens one", async () => {
    const { server, client, render } = await setUpApp();
    const views = () => [
      useSubscription(client.scores.watch, match).data,
      useSubscription(client.scores.watch, match, { list: 9 }).data,
    ];
    const { result } = render(views, undefined, { strict: true });
    (await server.next()).open().send(snapshot(0, 0, 0), live(0), goal("home", 1));
    await waitFor(() => expect(result.current).toMatchObject([score(1, 0), [{ id: at(1) }]]));
    expect(server.requests).toHaveLength(1);
  });

  test("components with different views share one, and each view has its own data", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const state = render(() => useSubscription(client.scores.watch, match), undefined);
    const same = render(() => useSubscription(client.scores.watch, { ...match }), undefined);
    const ten = render(() => useSubscription(client.scores.watch, match, { list: 1 }), undefined);
    const fifty = render(() => useSubscription(client.scores.watch, match, { list: 50 }), undefined);
    const stream = (await server.next()).open().send(snapshot(0, 0, 0), live(0));
    stream.send(goal("home", 1), goal("away", 2));
    await waitFor(() => expect(fifty.result.current.data).toHaveLength(2));
    await waitFor(() => expect(ten.result.current.data).toHaveLength(1));
    await waitFor(() => expect(state.result.current.data).toEqual(score(1, 1)));
    expect(same.result.current.data).toBe(state.result.current.data);
    expect(server.requests).toHaveLength(1);
    expect(queryClient.getQueryCache().getAll()).toHaveLength(3);
  });

  test("two clients never share, and two QueryClients share the connection but no entry", async () => {
    const { server, client, render } = await setUpApp();
    const second = createClient(contract, { url: server.url, multiplex: false });
    const other = { queryClient: new QueryClient() };
    const one = render(() => useSubscription(client.scores.watch, match), undefined);
    const two = render(() => useSubscription(second.scores.watch, match), undefined);
    const three = render(() => useSubscription(client.scores.watch, match), undefined, other);
    (await server.next()).open().send(snapshot(1, 0, 1), live(1));
    (await server.next()).open().send(snapshot(2, 0, 1), live(1));
    await waitFor(() => expect(one.result.current.status).toBe("success"));
    await waitFor(() => expect(two.result.current.status).toBe("success"));
    await waitFor(() => expect(three.result.current.data).toEqual(one.result.current.data));
    expect(one.result.current.data).not.toEqual(two.result.current.data);
    expect(server.requests).toHaveLength(2);
    other.queryClient.clear();
    three.unmount();
    two.unmount();
    one.unmount();
  });

  test("a new but equal input at every render opens nothing", async () => {
    const { server, client, render } = await setUpApp();
    const since = () => new Date("2026-01-01T00:00:00Z");
    const { result, rerender } = render(
      () => useSubscription(client.scores.watch, { matchId: "m1", since: since() }),
      undefined,
    );
    (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.status).toBe("success"));
    for (let i = 0; i < 10; i++) rerender(undefined);
    expect(result.current.status).toBe("success");
    expect(server.requests).toHaveLength(1);
  });

  test("another input switches to another subscription, and back within the linger to the same connection", async () => {
    const { server, client, render } = await setUpApp();
    const { result, rerender } = render((matchId: string) => useSubscription(client.scores.watch, { matchId }), "m1");
    const first = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 0)));
    rerender("m2");
    expect(result.current).toMatchObject({ status: "pending", data: undefined });
    (await server.next()).open().send(snapshot(2, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toEqual(score(2, 0)));
    first.send(goal("away", 6));
    rerender("m1");
    expect(result.current.data).toEqual(score(1, 0));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 1)));
    expect(server.requests).toHaveLength(2);
  });

  test("skipToken opens nothing, and closes an open connection", async () => {
    const { server, client, clock, render } = await setUpApp();
    const { result, rerender } = render(
      (isOn: boolean) => useSubscription(client.scores.watch, isOn ? match : skipToken),
      false,
    );
    expect(result.current).toMatchObject({ status: "pending", data: undefined, connection: { status: "closed" } });
    expect(server.requests).toHaveLength(0);
    rerender(true);
    expect(result.current.connection.status).toBe("connecting");
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 0)));
    rerender(false);
    expect(result.current).toMatchObject({ status: "pending", data: undefined, connection: { status: "closed" } });
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
  });

  test("$close ends a mounted view, which keeps its data", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useSubscription(client.scores.watch, match), undefined);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.data).toEqual(score(1, 0)));
    client.$close();
    await waitFor(() => expect(result.current.status).toBe("ended"));
    expect(result.current).toMatchObject({ data: score(1, 0), error: null, connection: { status: "closed" } });
    await waitFor(() => expect(stream.isGone).toBe(true));
  });

  test("an invalid input is an error at once that names the place, and sends nothing", async () => {
    const { server, client, clock, render } = await setUpApp();
    const wrong = { matchId: "m1", since: new Date(Number.NaN) };
    const { result, seen } = render(() => useSubscription(client.scores.watch, wrong), undefined);
    await waitFor(() => expect(result.current.status).toBe("error"));
    expect(result.current.error).toMatchObject({ code: "badRequest", issues: [{ path: ["since"] }] });
    expect(seen.map(({ status }) => status)).toEqual(["pending", "error"]);
    expect(clock.pending).toEqual([]);
    expect(result.current.connection.status).toBe("closed");
    expect(server.requests).toHaveLength(0);
  });
});
