import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";
import { sluiceSubscription } from "../query/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { match } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

type App = Awaited<ReturnType<typeof setUpApp>>;

interface ViewProps {
  readonly app: App;
  readonly hook: (app: App) => unknown;
}

function View({ app, hook: useView }: ViewProps) {
  return <p>{JSON.stringify(useView(app))}</p>;
}

/** The page of a view. */
function renderView(app: App, hook: ViewProps["hook"]): unknown {
  const html = renderToString(
    <QueryClientProvider client={app.queryClient}>
      <View app={app} hook={hook} />
    </QueryClientProvider>,
  );
  return JSON.parse(html.replace(/<.*?>/g, "").replaceAll("&quot;", '"'));
}

test.each<[string, (app: App) => { status: string }]>([
  ["state", ({ client }) => useSubscription(client.scores.watch, match)],
  ["the latest event", ({ client }) => useSubscription(client.feed)],
  ["a list", ({ client }) => useSubscription(client.feed, undefined, { list: 5 })],
  ["plain options", ({ client }) => useQuery(sluiceSubscription(client.scores.watch, match))],
  ["a client made from types", ({ wireClient }) => useSubscription(wireClient.scores.watch, match)],
])("rendering %s on a server is pending, and opens nothing", async (_, useView) => {
  const app = await setUpApp();
  expect(renderView(app, useView)).toMatchObject({ status: "pending" });
  await new Promise(setImmediate);
  expect(app.server.requests).toHaveLength(0);
});

test("existing data is rendered, and opens nothing", async () => {
  const app = await setUpApp();
  const data = { home: 2, away: 1, endedAt: null };
  app.queryClient.setQueryData(sluiceSubscription(app.client.scores.watch, match).queryKey, data);
  const seen = renderView(app, ({ client }) => useSubscription(client.scores.watch, match));
  expect(seen).toMatchObject({ status: "success", data, connection: { status: "connecting" } });
  await new Promise(setImmediate);
  expect(app.server.requests).toHaveLength(0);
});
