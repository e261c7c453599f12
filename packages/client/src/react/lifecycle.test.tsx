import { QueryObserver } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { sluiceKey, sluiceSubscription } from "../query/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { at, event, goal, live, match, post, snapshot } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

const score = (home: number, away: number) => ({ home, away, endedAt: null });

describe("reconnecting", () => {
  test("is never pending, and resumes from the cursor", async () => {
    const { server, client, clock, render } = await setUpApp();
    const { result, seen } = render(() => useSubscription(client.scores.watch, match), undefined);
    (await server.next())
      .open()
      .send(snapshot(1, 0, 5), live(5))
      .cut();
    await waitFor(() => expect(result.current.connection.status).toBe("reconnecting"));
    expect(result.current).toMatchObject({ status: "success", data: score(1, 0) });
    expect(result.current.connection.retryAt).toBeGreaterThan(clock.now());
    clock.advance(1_000);
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBe(at(5));
    second.open().send(goal("home", 6), live(6));
    await waitFor(() => expect(result.current).toMatchObject({ data: score(2, 0), connection: { status: "live" } }));
    const statuses = seen.map(({ status }) => status);
    expect(statuses.lastIndexOf("pending")).toBeLessThan(statuses.indexOf("success"));
  });

  test("a list continues without a gap", async () => {
    const { server, client, clock, render } = await setUpApp();
    const { result } = render(() => useSubscription(client.feed, undefined, { list: 9 }), undefined);
    (await server.next()).open().send(live(0), post("a", 1)).cut();
    await waitFor(() => expect(result.current.connection.status).toBe("reconnecting"));
    clock.advance(1_000);
    (await server.next()).open().send(post("b", 2), live(2));
    await waitFor(() => expect(result.current.data?.map(({ id }) => id)).toEqual([at(1), at(2)]));
  });

  test("after a reset the old state is shown until the fresh one arrives", async () => {
    const { server, client, clock, render } = await setUpApp();
    const resets: string[] = [];
    const onReset = ({ reason }: { reason: string }) => resets.push(reason);
    const { result, seen } = render(() => useSubscription(client.scores.watch, match, { onReset }), undefined);
    (await server.next())
      .open()
      .send(snapshot(1, 0, 5), live(5))
      .cut();
    await waitFor(() => expect(result.current.connection.status).toBe("reconnecting"));
    clock.advance(1_000);
    const stream = (await server.next()).open();
    stream.send({ kind: "reset", reason: "epoch", oldest: at(0, "F"), head: at(2, "F") });
    await waitFor(() => expect(resets).toEqual(["epoch"]));
    expect(result.current.data).toEqual(score(1, 0));
    stream.send(snapshot(0, 2, 2, "F"), { kind: "live", id: at(2, "F") });
    await waitFor(() => expect(result.current.data).toEqual(score(0, 2)));
    const shown = seen.map(({ data }) => data && `${data.home}-${data.away}`);
    expect(shown.filter((text, n) => n === 0 || text !== shown[n - 1])).toEqual([undefined, "1-0", "0-2"]);
  });

  test("after a reset a list starts again", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useSubscription(client.feed, undefined, { list: 9 }), undefined);
    const stream = (await server.next()).open().send(live(0), post("a", 1));
    await waitFor(() => expect(result.current.data).toHaveLength(1));
    stream.send({ kind: "reset", reason: "trimmed", oldest: at(5), head: at(6) }, post("f", 6));
    await waitFor(() => expect(result.current.data?.map(({ id }) => id)).toEqual([at(6)]));
  });
});

describe("the end", () => {
  test("keeps the data and closes", async () => {
    const { server, client, render } = await setUpApp();
    const { result } = render(() => useSubscription(client.scores.watch, match), undefined);
    (await server.next()).open().send(snapshot(1, 0, 5), live(5), { kind: "end" });
    await waitFor(() => expect(result.current.status).toBe("ended"));
    expect(result.current).toMatchObject({ data: score(1, 0), error: null, connection: { status: "closed" } });
  });

  test("without any event leaves a view of the latest event empty", async () => {
    const { server, client, render } = await setUpApp();
    const { result, seen } = render(() => useSubscription(client.feed), undefined);
    (await server.next()).open().send(live(0), { kind: "end" });
    await waitFor(() => expect(result.current.status).toBe("ended"));
    expect(result.current).toMatchObject({ data: undefined, error: null });
    expect(seen.some(({ status }) => status === "error")).toBe(false);
  });

  test("is shown to a view that joins after it, and sends no request", async () => {
    const { server, client, render } = await setUpApp();
    const state = render(() => useSubscription(client.scores.watch, match), undefined);
    (await server.next()).open().send(snapshot(1, 0, 5), live(5), { kind: "end" });
    await waitFor(() => expect(state.result.current.status).toBe("ended"));
    const list = render(() => useSubscription(client.scores.watch, match, { list: 5 }), undefined);
    await waitFor(() => expect(list.result.current).toMatchObject({ status: "ended", data: [] }));
    expect(server.requests).toHaveLength(1);
  });
});

describe("a final error", () => {
  test("before any data is typed and leaves nothing open", async () => {
    const { server, client, render } = await setUpApp();
    const { result, seen } = render(() => useSubscription(client.scores.watch, match), undefined);
    const data = { at: "2026-01-01T00:00:00Z" };
    (await server.next()).answer(404, {}, { status: 404, title: "", code: "matchNotFound", data });
    await waitFor(() => expect(result.current.status).toBe("error"));
    expect(result.current).toMatchObject({ data: undefined, connection: { status: "closed" } });
    expect(result.current.error).toMatchObject({ code: "matchNotFound", data: { at: new Date(data.at) } });
    expect(seen.filter(({ connection, status }) => connection.status === "closed" && status === "pending")).toEqual([]);
  });

  test("after data keeps the data, and invalidating retries", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const { result } = render(() => useSubscription(client.scores.watch, match), undefined);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.status).toBe("success"));
    stream.send({ kind: "error", code: "forbidden", message: "", final: true });
    await waitFor(() => expect(result.current.status).toBe("error"));
    expect(result.current).toMatchObject({ data: score(1, 0), error: { code: "forbidden" } });
    expect(result.current.connection).toMatchObject({ status: "closed", error: { code: "forbidden" } });

    const { queryKey } = sluiceSubscription(client.scores.watch, match);
    const refetched = queryClient.invalidateQueries({ queryKey });
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBeUndefined();
    await waitFor(() => expect(result.current.connection.status).not.toBe("closed"));
    expect(result.current.status).toBe("error");
    second.open().send(snapshot(3, 0, 9), live(9));
    await refetched;
    await waitFor(() => expect(result.current).toMatchObject({ status: "success", data: score(3, 0), error: null }));
  });

  test("of one subscription reaches all its views, and so does a retry", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const both = () => ({
      state: useSubscription(client.scores.watch, match),
      list: useSubscription(client.scores.watch, match, { list: 5 }),
    });
    const { result } = render(both, undefined);
    (await server.next()).answer(403);
    await waitFor(() => expect(result.current.list.status).toBe("error"));
    await waitFor(() => expect(result.current.state.status).toBe("error"));
    void queryClient.invalidateQueries({ queryKey: sluiceSubscription(client.scores.watch, match).queryKey });
    const second = await server.next();
    await waitFor(() => expect(result.current.list.connection.status).not.toBe("closed"));
    expect([result.current.state.status, result.current.list.status]).toEqual(["pending", "pending"]);
    second.open().send(snapshot(1, 0, 5), live(5), goal("home", 6));
    await waitFor(() => expect(result.current.state).toMatchObject({ status: "success", data: score(2, 0) }));
    await waitFor(() => expect(result.current.list).toMatchObject({ status: "success", data: [{ id: at(6) }] }));
    expect(server.requests).toHaveLength(2);
  });

  test("is retried by a new mount", async () => {
    const { server, client, render } = await setUpApp();
    const first = render(() => useSubscription(client.scores.watch, match), undefined);
    (await server.next()).answer(403);
    await waitFor(() => expect(first.result.current.status).toBe("error"));
    first.unmount();
    const second = render(() => useSubscription(client.scores.watch, match), undefined);
    expect(second.result.current.status).toBe("pending");
    (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(second.result.current.data).toEqual(score(1, 0)));
  });
});

describe("unmounting and mounting again", () => {
  test("within the linger keeps the connection", async () => {
    const { server, client, clock, render } = await setUpApp();
    const first = render(() => useSubscription(client.scores.watch, match), undefined);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(first.result.current.status).toBe("success"));
    first.unmount();
    clock.advance(999);
    const second = render(() => useSubscription(client.scores.watch, match), undefined);
    expect(second.seen[0]).toMatchObject({ status: "success", connection: { status: "live" } });
    clock.advance(10_000);
    stream.send(goal("home", 6));
    await waitFor(() => expect(second.result.current.data).toEqual(score(2, 0)));
    expect(server.requests).toHaveLength(1);
  });

  test("past the linger shows the last state until the fresh one arrives", async () => {
    const { server, client, clock, render } = await setUpApp();
    const first = render(() => useSubscription(client.scores.watch, match), undefined);
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(first.result.current.status).toBe("success"));
    first.unmount();
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
    const second = render(() => useSubscription(client.scores.watch, match), undefined);
    expect(second.seen[0]).toMatchObject({
      status: "success",
      data: score(1, 0),
      connection: { status: "connecting" },
    });
    (await server.next()).open().send(snapshot(4, 4, 9), live(9));
    await waitFor(() => expect(second.result.current.data).toEqual(score(4, 4)));
    expect(second.seen.some(({ status }) => status === "pending")).toBe(false);
  });

  test("a list without observers continues for gcTime, then starts again", async () => {
    const { server, client, clock, render, queryClient } = await setUpApp();
    const { queryKey } = sluiceSubscription(client.feed, undefined, { list: 9 });
    const list = () => useSubscription(client.feed, undefined, { list: 9 });
    const ids = (view: { data: readonly { id: string }[] | undefined }) => view.data?.map(({ id }) => id);
    const first = render(list, undefined);
    const stream = (await server.next()).open().send(live(0), post("a", 1));
    await waitFor(() => expect(ids(first.result.current)).toEqual([at(1)]));
    first.unmount();
    stream.send(post("b", 2));
    await waitFor(() => expect(queryClient.getQueryData(queryKey)).toHaveLength(2));
    const second = render(list, undefined);
    expect(ids(second.seen[0] as (typeof second.seen)[0])).toEqual([at(1), at(2)]);
    second.unmount();

    await waitFor(() => expect(queryClient.getQueryData(queryKey)).toBeUndefined(), { timeout: 10_000 });
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
    const third = render(list, undefined);
    expect(third.seen[0]).toMatchObject({ status: "pending", data: undefined });
    (await server.next()).open().send(post("f", 6), live(6));
    await waitFor(() => expect(ids(third.result.current)).toEqual([at(6)]));
  });

  test("also closes the connection if another observer knew only the key", async () => {
    const { server, clock, client, queryClient, render } = await setUpApp();
    const { result, unmount } = render(() => useSubscription(client.scores.watch, match), undefined);
    const { queryKey } = sluiceSubscription(client.scores.watch, match);
    const stream = (await server.next()).open().send(snapshot(1, 0, 1), live(1));
    await waitFor(() => expect(result.current.connection.status).toBe("live"));
    const queryFn = () => Promise.reject(new Error("not asked"));
    const leave = new QueryObserver(queryClient, { queryKey, queryFn, enabled: false }).subscribe(() => {});
    leave();
    unmount();
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
  });

  test("unmounting before the first event closes the connection, too", async () => {
    const { server, client, clock, render, queryClient } = await setUpApp();
    const { unmount } = render(() => useSubscription(client.feed), undefined);
    const stream = (await server.next()).open().send(live(0));
    unmount();
    await waitFor(() => expect(queryClient.getQueryCache().getAll()).toEqual([]), { timeout: 10_000 });
    clock.advance(1_000);
    await waitFor(() => expect(stream.isGone).toBe(true));
  });

  test("clearing the QueryClient closes everything, and a mounted view starts again", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const { result } = render(() => useSubscription(client.feed, undefined, { list: 9 }), undefined);
    const stream = (await server.next()).open().send(live(0), post("a", 1));
    await waitFor(() => expect(result.current.data).toHaveLength(1));
    queryClient.clear();
    await waitFor(() => expect(result.current.data).toHaveLength(0));
    stream.send(post("b", 2));
    await waitFor(() => expect(result.current.data?.map(({ id }) => id)).toEqual([at(2)]));
    expect(server.requests).toHaveLength(1);
  });
});

describe("invalidating", () => {
  test("requests a fresh state, and keeps the old one shown", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const { result, seen } = render(() => useSubscription(client.scores.watch, match), undefined);
    const first = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current.status).toBe("success"));
    const { queryKey } = sluiceSubscription(client.scores.watch, match);
    const refetched = queryClient.invalidateQueries({ queryKey });
    const second = await server.next();
    expect(second.headers["last-event-id"]).toBeUndefined();
    expect(first.isGone).toBe(false);
    first.send(goal("home", 6));
    await waitFor(() => expect(result.current.data).toEqual(score(2, 0)));
    second.open().send(snapshot(2, 7, 9), live(9));
    await refetched;
    expect(queryClient.getQueryData(queryKey)).toEqual(score(2, 7));
    await waitFor(() => expect(result.current.data).toEqual(score(2, 7)));
    expect(queryClient.getQueryState(queryKey)?.isInvalidated).toBe(false);
    await waitFor(() => expect(first.isGone).toBe(true));
    const statuses = new Set(
      seen.slice(seen.findIndex(({ status }) => status === "success")).map(({ status }) => status),
    );
    expect([...statuses]).toEqual(["success"]);
    expect(seen.every(({ connection }) => ["connecting", "live"].includes(connection.status))).toBe(true);
  });

  test("a whole procedure by its key resyncs it once", async () => {
    const { server, client, render, queryClient } = await setUpApp();
    const both = () => [
      useSubscription(client.scores.watch, match).status,
      useSubscription(client.scores.watch, match, { list: 5 }).status,
    ];
    const { result } = render(both, undefined);
    (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await waitFor(() => expect(result.current).toEqual(["success", "success"]));
    const refetched = queryClient.invalidateQueries({ queryKey: sluiceKey(client.scores.watch) });
    (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await refetched;
    expect(server.requests).toHaveLength(2);
  });
});

test("events that don't change the state still move the connection's cursor", async () => {
  const { server, client, render } = await setUpApp();
  const { result } = render(() => useSubscription(client.feed, undefined, { list: 1 }), undefined);
  const stream = (await server.next()).open().send(live(0), event("like", { at: "2026-01-01T00:00:00Z" }, 1));
  await waitFor(() => expect(result.current.connection.cursor()).toBe(at(1)));
  stream.send({ kind: "at", id: at(9) }, post("z", 10));
  await waitFor(() => expect(result.current.connection.cursor()).toBe(at(10)));
});
