import { createClient } from "@sluice/client";
import { hydration } from "@sluice/client/query";
import { type DehydratedState, HydrationBoundary, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { version } from "react";
import { hydrateRoot } from "react-dom/client";
import { App } from "./app.js";
import { contract } from "./contract.js";
import { type Ask, pageOf } from "./page.js";

declare global {
  var page: { readonly ask: Ask; readonly state: DehydratedState };
  /** Called by the test: until then there is only HTML. */
  var hydratePage: () => void;
  var recovered: string[];
  var reactVersion: string;
  var exchanges: Exchange[];
}

/** What the page has asked, and got so far. */
export interface Exchange {
  readonly url: string;
  readonly asked: string;
  answer: string;
}

/** `fetch`, but notes what goes and comes. */
async function noted(url: string, init: RequestInit = {}): Promise<Response> {
  const asked = JSON.stringify({ ...init, signal: undefined });
  const exchange: Exchange = { url, asked, answer: "" };
  globalThis.exchanges.push(exchange);
  const response = await fetch(url, init);
  const decoder = new TextDecoder();
  const body = response.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        exchange.answer += decoder.decode(chunk, { stream: true });
        controller.enqueue(chunk);
      },
    }),
  );
  return new Response(body ?? null, response);
}

globalThis.recovered = [];
globalThis.seen = { texts: {}, events: [] };
const { ask, state } = globalThis.page;
globalThis.exchanges = [];
globalThis.reactVersion = version;
const client = createClient(contract, { id: "site", url: "/api", fetch: noted });
const queryClient = new QueryClient({ defaultOptions: hydration(client) });

globalThis.hydratePage = () => {
  hydrateRoot(
    document.getElementById("root") as HTMLElement,
    <QueryClientProvider client={queryClient}>
      <HydrationBoundary state={state}>
        <App client={client} {...pageOf(ask)} />
      </HydrationBoundary>
    </QueryClientProvider>,
    { onRecoverableError: (error) => globalThis.recovered.push(String(error)) },
  );
};
