import { PassThrough, type Writable } from "node:stream";
import { createClient } from "@sluice/client";
import { hydration } from "@sluice/client/query";
import { dehydrate, HydrationBoundary, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { version } from "react";
import { renderToPipeableStream } from "react-dom/server";
import { App, prefetches } from "./app.js";
import { contract } from "./contract.js";
import { type Ask, pageOf, prefetchedOf } from "./page.js";

export interface RenderOptions {
  readonly ask: Ask;
  /** Of the request for the page. */
  readonly cookie: string;
  /** `sluiceFetch`. */
  readonly fetch: (url: string, init?: RequestInit) => Promise<Response>;
  /** Called between two views that are prefetched one after another. */
  readonly between: () => Promise<void>;
}

export const reactVersion = version;

/** Renders a page as an application would: prefetch, render, dehydrate. */
export async function renderPage({ ask, cookie, fetch, between }: RenderOptions, out: Writable): Promise<void> {
  const client = createClient(contract, { id: "site", url: "http://sluice/api", fetch, headers: { cookie } });
  const queryClient = new QueryClient({
    defaultOptions: hydration(client, { serverTimeout: Number(ask.serverTimeout ?? 5_000) }),
  });
  const page = { client, ...pageOf(ask) };
  const prefetched = prefetchedOf(ask).map((name) => () => prefetches[name]?.(queryClient, page));
  if (ask.apart === undefined) await Promise.all(prefetched.map((start) => start()));
  else {
    for (const start of prefetched) {
      await start();
      await between();
    }
  }
  const html = await new Promise<string>((resolve, reject) => {
    let text = "";
    const through = new PassThrough().on("data", (chunk) => (text += chunk)).on("end", () => resolve(text));
    const { pipe } = renderToPipeableStream(
      <QueryClientProvider client={queryClient}>
        <HydrationBoundary state={undefined}>
          <App {...page} />
        </HydrationBoundary>
      </QueryClientProvider>,
      { onAllReady: () => void pipe(through), onShellError: reject, onError() {} },
    );
  });
  const state = JSON.stringify({ ask, state: dehydrate(queryClient) }).replaceAll("<", "\\u003c");
  out.write(`<!doctype html><link rel="icon" href="data:,"><div id="root">${html}</div>`);
  out.end(`<script>globalThis.page=${state}</script><script type="module" src="/browser.js"></script>`);
}
