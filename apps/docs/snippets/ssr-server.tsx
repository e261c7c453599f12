import { createClient } from "@sluice/client";
import { hydration, sluiceSubscription } from "@sluice/client/query";
import { dehydrate, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderToString } from "react-dom/server";
import { contract } from "./contract.js";
import { Score } from "./react.js";

type Handler = (url: string, init?: RequestInit) => Promise<Response>;

/** For each request. `handler` is `sluiceFetch(sluice, { base: "/api", context })`: no network is between them. */
export async function renderPage(handler: Handler, cookie: string, matchId: string): Promise<string> {
  const client = createClient(contract, { id: "app", url: "http://sluice/api", fetch: handler, headers: { cookie } });
  const queryClient = new QueryClient({ defaultOptions: hydration(client) });
  await queryClient.prefetchQuery(sluiceSubscription(client.scores.watch, { matchId }));
  const html = renderToString(
    <QueryClientProvider client={queryClient}>
      <Score client={client} matchId={matchId} />
    </QueryClientProvider>,
  );
  const state = JSON.stringify(dehydrate(queryClient)).replaceAll("<", "\\u003c"); // no text of a user ends the script
  client.$close();
  return `<div id="root">${html}</div><script>globalThis.state = ${state}</script>`;
}
