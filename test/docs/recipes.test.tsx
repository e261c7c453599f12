import { sluiceFetch } from "@sluice/server/fetch";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, it, onTestFinished } from "vitest";
import { createScoresClient, type ScoresClient } from "../../apps/docs/snippets/client.js";
import { Assistant } from "../../apps/docs/snippets/recipes/assistant.js";
import { PriceWall } from "../../apps/docs/snippets/recipes/price-wall.js";
import { createScores } from "../../apps/docs/snippets/server.js";

afterEach(cleanup);

function show(page: (client: ScoresClient) => ReactNode) {
  const sluice = createScores();
  const fetch = sluiceFetch(sluice, { base: "/api", context: () => ({ user: null }), identify: () => undefined });
  const client = createScoresClient("http://scores/api", () => undefined, { fetch });
  onTestFinished(async () => {
    client.$close();
    await sluice.close({ timeout: 0 });
  });
  render(<QueryClientProvider client={new QueryClient()}>{page(client)}</QueryClientProvider>);
  return sluice;
}

const sees = (text: string | RegExp) => screen.findByText(text, {}, { timeout: 10_000 });

it("shows a model's tokens until somebody stops it", async () => {
  show((client) => <Assistant client={client} />);
  fireEvent.click(await sees("Ask"));
  await sees(/^You said: word /);
  fireEvent.click(await sees("Stop"));
  const [words] = (await sees(/^\d+ words$/)).textContent.split(" ");
  expect(Number(words)).toBeLessThan(400);
  expect(screen.queryByText("Stop")).toBeNull();
});

it("shows a wall of prices on one stream", async () => {
  const sluice = show((client) => <PriceWall client={client} symbols={["SLU", "ICE"]} />);
  await sees(/^SLU (\d+) \(high \1\)/);
  await sees(/^ICE \d+/);
  expect(sluice.stats().streams).toBe(1);
});
