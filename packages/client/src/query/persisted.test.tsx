import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type DehydratedState, dehydrate, hydrate, QueryClient } from "@tanstack/react-query";
import { act } from "@testing-library/react";
import { expect, onTestFinished, test } from "vitest";
import { useSubscription } from "../react/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { at, goal, live, match, snapshot, until } from "../test-kit/set-up.test-kit.js";
import { hydration, sluiceQuery } from "./index.js";

failOnConsoleError();

/** A browser whose cache is kept: what one dumps, the next one is loaded with. */
async function setUpBrowser(kept?: DehydratedState) {
  const app = await setUpApp({ id: "app" });
  const queryClient = new QueryClient({ defaultOptions: hydration(app.client) });
  onTestFinished(() => queryClient.clear());
  if (kept) hydrate(queryClient, kept);
  const show = () =>
    app.render(
      () => ({
        goals: useSubscription(app.client.scores.watch, match, { list: 5 }),
        count: useSubscription(app.client.scores.watch, match, count),
      }),
      {},
      { queryClient },
    );
  const dump = (): DehydratedState => JSON.parse(JSON.stringify(dehydrate(queryClient)));
  return { ...app, queryClient, show, dump };
}

const count = { fold: { key: "count", initial: 0, step: (sum: number) => sum + 1 } };

const carried = ({ queries }: DehydratedState) =>
  queries.map(({ state }) => state.data as { readonly data: unknown; readonly cursor?: string });

const offsets = (data: readonly { readonly id: string }[] | undefined) => data?.map(({ id }) => id);

/** A browser that has shown the goal at 6. */
async function openBrowser() {
  const browser = await setUpBrowser();
  const page = browser.show();
  const stream = await browser.server.next();
  await act(async () => void stream.open().send(snapshot(2, 1, 5), live(5)));
  await act(() => until(() => page.result.current.goals.connection.status === "live"));
  await act(async () => void stream.send(goal("home", 6)));
  await act(() => until(() => page.result.current.count.data === 1));
  return { ...browser, ...page, stream };
}

/** Loads a browser with a cache, and shows that it goes on from the goal at 6. */
async function expectToGoOn(kept: DehydratedState) {
  const { show, server } = await setUpBrowser(kept);
  const { result } = show();
  const stream = await server.next();
  expect(stream.headers["last-event-id"]).toBe(at(6));
  await act(async () => void stream.open().send(goal("away", 7), live(7)));
  await act(() => until(() => result.current.count.data === 2));
  expect(offsets(result.current.goals.data)).toEqual([at(6), at(7)]);
}

test("a cache goes on where it was though it was dumped before anything of it was shown, and while it connected", async () => {
  const first = (await openBrowser()).dump();
  const { show, server, dump } = await setUpBrowser(first);
  const hidden = dump();
  expect(carried(hidden)).toEqual(carried(first));
  show();
  await server.next();
  expect(carried(dump())).toEqual(carried(first));
  await expectToGoOn(hidden);
});

test("a cache goes on where it was though it was dumped after the connection was lost", async () => {
  const { dump, stream, result } = await openBrowser();
  stream.cut();
  await act(() => until(() => result.current.goals.connection.status === "reconnecting"));
  await expectToGoOn(dump());
});

test("a cache carries cursors though each change of it has it dumped, as those that a dump makes when it takes in what has just come", async () => {
  const { client, dump, queryClient, stream } = await openBrowser();
  onTestFinished(queryClient.getQueryCache().subscribe(() => void dump()));
  const kept = new Promise<DehydratedState>((resolve) => {
    onTestFinished(client.scores.watch.subscribe(match, { on: { goal: () => resolve(dump()) } }));
  });
  await act(async () => {
    stream.send(goal("away", 7));
    await kept;
  });
  expect(carried(await kept)).toMatchObject([
    { data: [{ id: at(6) }, { id: at(7) }], cursor: at(7) },
    { data: 2, cursor: at(7) },
  ]);
});

test("what a page brought of a query is kept no longer than the cache keeps it", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage: () => void = runInNewContext("gc");
  const { client, queryClient } = await setUpBrowser();
  const { queryKey } = sluiceQuery(client.scores.find, { text: "x" });
  const load = () => {
    const source = new QueryClient({ defaultOptions: hydration(client) });
    source.setQueryData(queryKey, ["m1"]);
    hydrate(queryClient, JSON.parse(JSON.stringify(dehydrate(source))));
    source.clear();
    return new WeakRef(queryClient.getQueryData(queryKey) as object);
  };
  const output = load();
  queryClient.removeQueries({ queryKey });
  await until(() => {
    collectGarbage();
    return output.deref() === undefined;
  });
});
