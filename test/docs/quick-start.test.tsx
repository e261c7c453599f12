import type { AddressInfo } from "node:net";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { afterAll, beforeAll, it, vi } from "vitest";

let origin: string;
let close: () => void;
const nodeFetch = globalThis.fetch;

beforeAll(async () => {
  process.env["PORT"] = "0";
  const { server } = await import("../../apps/example/quick-start/server.js");
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // Like a browser, resolves a path against the page's origin.
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => nodeFetch(new URL(url, origin), init));
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});
afterAll(() => {
  cleanup();
  close();
  vi.unstubAllGlobals();
});

it("shows a reported goal in the component", async () => {
  const { client, Score } = await import("../../apps/example/quick-start/score.js");
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Score matchId="m1" />
    </QueryClientProvider>,
  );
  await screen.findByText("0 : 0");
  await client.scores.report({ matchId: "m1", team: "home", minute: 12 });
  await screen.findByText("1 : 0");
});
