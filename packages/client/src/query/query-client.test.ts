import { createRequire } from "node:module";
import * as core from "@tanstack/query-core";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { goal, live, match, post, setUp, snapshot, until } from "../test-kit/set-up.test-kit.js";
import { sluiceKey, sluiceQuery, sluiceSubscription } from "./index.js";

const score = (home: number, away: number) => ({ home, away, endedAt: null });

/** A package's module for CommonJS is another copy of it, with classes, symbols and a notifyManager of its own. */
const otherCore = createRequire(import.meta.url)("@tanstack/query-core") as typeof core;

function createQueryClient({ QueryClient }: typeof core = core, options?: core.QueryClientConfig) {
  const queryClient = new QueryClient(options);
  onTestFinished(() => queryClient.clear());
  return queryClient;
}

test("the other copy of query-core is another one", () => {
  expect(otherCore.skipToken).not.toBe(core.skipToken);
  expect(otherCore.notifyManager).not.toBe(core.notifyManager);
});

describe.each([
  ["the imported", core, otherCore],
  ["another", otherCore, core],
])("with a QueryClient of %s copy of query-core", (_, copy, other) => {
  afterEach(() => copy.notifyManager.setScheduler(copy.defaultScheduler));

  test("fetchQuery, ensureQueryData and prefetchQuery take queries and views", async () => {
    const { server, client } = await setUp();
    const queryClient = createQueryClient(copy);
    const find = sluiceQuery(client.scores.find, { text: "a" });
    const watch = sluiceSubscription(client.scores.watch, match);
    const found = queryClient.fetchQuery(find);
    (await server.next()).answer(200, {}, { output: ["m1"] });
    expect(await found).toEqual(["m1"]);
    const watched = queryClient.ensureQueryData(watch);
    (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    expect(await watched).toEqual(score(1, 0));
    const posts = sluiceSubscription(client.feed, undefined, { list: 2 });
    const fetched = queryClient.prefetchQuery(posts);
    (await server.next()).open().send(post("a", 1), live(1));
    await fetched;
    expect(queryClient.getQueryData(posts.queryKey)).toMatchObject([{ data: "a" }]);
    expect(await queryClient.ensureQueryData(find)).toEqual(["m1"]);
    expect(server.requests).toHaveLength(3);
  });

  test("views that change in one frame notify their observers in one task", async () => {
    const { server, client } = await setUp();
    const queryClient = createQueryClient(copy);
    const watch = sluiceSubscription(client.scores.watch, match);
    let task = 0;
    copy.notifyManager.setScheduler((run) => {
      setTimeout(() => {
        task++;
        run();
      });
    });
    const goals = { key: "goals", initial: 0, step: (count: number) => count + 1 };
    /** Views, and how each tells that the goal is in. */
    const views: readonly [typeof watch, (data: unknown) => boolean][] = [
      [watch, (data) => (data as { home: number } | undefined)?.home === 2],
      [
        sluiceSubscription(client.scores.watch, match, { list: 3 }) as unknown as typeof watch,
        (data) => (data as unknown[] | undefined)?.length === 1,
      ],
      [
        sluiceSubscription(client.scores.watch, match, { fold: goals }) as unknown as typeof watch,
        (data) => data === 1,
      ],
    ];
    /** The tasks in which the goal was told of. */
    const tasks: number[] = [];
    for (const [view, hasGoal] of views) {
      const observer = new copy.QueryObserver(queryClient, view);
      // As all of TanStack's adapters do.
      const listener = copy.notifyManager.batchCalls(() => {
        if (hasGoal(observer.getCurrentResult().data)) tasks.push(task);
      });
      onTestFinished(observer.subscribe(listener));
    }
    const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
    await until(() => views.every(([{ queryKey }]) => queryClient.getQueryData(queryKey) !== undefined));
    stream.send(goal("home", 6));
    await until(() => tasks.length === 3);
    expect(new Set(tasks).size).toBe(1);
  });

  test("either copy's skipToken opens nothing", async () => {
    const { server, client } = await setUp();
    for (const copied of [copy, other]) {
      const skipToken: core.SkipToken = copied.skipToken;
      const options = [sluiceSubscription(client.scores.watch, skipToken), sluiceQuery(client.scores.find, skipToken)];
      for (const { queryKey, queryFn } of options) {
        expect(queryKey.slice(2)).toEqual([["scores", expect.any(String)]]);
        expect(queryFn).toBe(skipToken);
      }
    }
    const view = new copy.QueryObserver(
      createQueryClient(copy),
      sluiceSubscription(client.feed, copy.skipToken as never),
    );
    onTestFinished(view.subscribe(() => {}));
    expect(view.getCurrentResult()).toMatchObject({ status: "pending", fetchStatus: "idle" });
    expect(server.requests).toHaveLength(0);
  });
});

test("invalidating a subtree asks for its state again, and leaves another alone", async () => {
  const { server, client } = await setUp();
  const queryClient = createQueryClient();
  const watch = sluiceSubscription(client.scores.watch, match);
  onTestFinished(new core.QueryObserver(queryClient, watch).subscribe(() => {}));
  onTestFinished(new core.QueryObserver(queryClient, sluiceSubscription(client.feed)).subscribe(() => {}));
  for (const request of [await server.next(), await server.next()]) {
    request.open().send(...(request.path.endsWith("watch") ? [snapshot(1, 0, 5), live(5)] : [live(0)]));
  }
  await until(() => queryClient.getQueryData(watch.queryKey) !== undefined);
  const invalidated = queryClient.invalidateQueries({ queryKey: sluiceKey(client.scores) });
  const again = await server.next();
  expect(again.path).toBe("/api/scores/watch");
  again.open().send(snapshot(2, 0, 6), live(6));
  await invalidated;
  expect(queryClient.getQueryData(watch.queryKey)).toEqual(score(2, 0));
  expect(server.requests).toHaveLength(3);
});

test("setQueryDefaults of a subtree says how often its queries are retried", async () => {
  const { server, client } = await setUp();
  const queryClient = createQueryClient(core, { defaultOptions: { queries: { retry: false, retryDelay: 1 } } });
  queryClient.setQueryDefaults(sluiceKey(client.scores), { retry: 1 });
  const found = queryClient.fetchQuery(sluiceQuery(client.scores.find, { text: "a" })).catch((error: unknown) => error);
  for (let request = 0; request < 2; request++) (await server.next()).answer(503);
  expect(await found).toMatchObject({ code: "unavailable" });
  expect(server.requests).toHaveLength(2);
});

test("an input that can't be encoded is a final error at once, of a query and of every view, and sends nothing", async () => {
  const { server, client, clock } = await setUp();
  const queryClient = createQueryClient();
  const since = new Date(Number.NaN);
  const wrong = { matchId: "m1", since };
  const all = [
    sluiceSubscription(client.scores.watch, wrong),
    sluiceSubscription(client.scores.watch, wrong, { list: 3 }),
    sluiceQuery(client.scores.find, { text: 1n as unknown as string }),
  ];
  for (const options of all) {
    const fetched = queryClient.fetchQuery(options as ReturnType<typeof sluiceSubscription>);
    await expect(fetched).rejects.toMatchObject({ code: "badRequest" });
    expect(queryClient.getQueryState(options.queryKey)).toMatchObject({ status: "error", fetchFailureCount: 1 });
  }
  expect(clock.pending).toEqual([]);
  expect(server.requests).toHaveLength(0);
});

test("$close ends live views with their data, and what is fetched later fails as aborted", async () => {
  const { server, client } = await setUp();
  const queryClient = createQueryClient();
  const watch = sluiceSubscription(client.scores.watch, match);
  const observer = new core.QueryObserver(queryClient, watch);
  onTestFinished(observer.subscribe(() => {}));
  const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await until(() => observer.getCurrentResult().data !== undefined);
  client.$close();
  await until(() => stream.isGone);
  expect(observer.getCurrentResult()).toMatchObject({ status: "success", data: score(1, 0) });
  for (const options of [sluiceQuery(client.scores.find, { text: "a" }), sluiceSubscription(client.feed)]) {
    await expect(queryClient.fetchQuery<unknown>(options as {} as { queryKey: [] })).rejects.toMatchObject({
      code: "aborted",
    });
  }
});
