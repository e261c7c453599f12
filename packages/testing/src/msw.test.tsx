import { createClient } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { createSluice, implement } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { http } from "msw";
import { setupServer } from "msw/node";
import { afterEach, expect, it, vi } from "vitest";
import { fakeServer } from "./index.js";
import { contract } from "./scores.test-kit.js";

afterEach(cleanup);

const client = createClient(contract, { url: "http://localhost/api", linger: 0 });

function Score() {
  const { data, connection } = useSubscription(client.scores.watch, { matchId: "m1" });
  return <p>{`${data?.home} ${connection.status}`}</p>;
}

it("an application's own client reaches a fake server through MSW, by one line", async () => {
  // #region msw
  await using server = fakeServer(contract, { base: "/api" });
  const msw = setupServer(http.all("http://localhost/api/*", ({ request }) => server.fetch(request)));
  msw.listen({ onUnhandledRequest: "error" });
  // #endregion msw
  try {
    server.answer(contract.scores.report, async ({ topic, input: { matchId, ...data } }) => {
      await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data });
    });
    const { unmount } = render(
      <QueryClientProvider client={new QueryClient()}>
        <Score />
      </QueryClientProvider>,
    );
    await screen.findByText("0 live");
    await client.scores.report({ matchId: "m1", team: "home", minute: 1 });
    await screen.findByText("1 live");
    server.drop(contract.scores.watch, { matchId: "m1" });
    await server.emit(contract.scores.watch, { matchId: "m1" }, { type: "goal", data: { team: "home", minute: 2 } });
    await screen.findByText("2 live", undefined, { timeout: 10_000 });
    await expect(client.scores.report({ matchId: 1 } as never)).rejects.toMatchObject({ code: "badRequest" });
    unmount();
    // The server notices that the client has left.
    await vi.waitFor(() => expect(() => server.drop(contract.scores.watch)).toThrow("nobody is subscribed"), 15_000);
    expect(server.requests.map(({ path }) => path)).toEqual([
      "scores/watch",
      "scores/report",
      "scores/watch",
      "scores/report",
    ]);
  } finally {
    msw.close();
    client.$close();
  }
});

it("an application's own client reaches its router through MSW, by one line, and the router sees it leave", async () => {
  const s = implement(contract);
  const sluice = createSluice(
    s.$router({
      scores: {
        watch: s.scores.watch.live(),
        report: s.scores.report.handler(() => {}),
        matches: s.scores.matches.handler(() => [{ id: "m1", at: new Date(0) }]),
      },
      news: s.news.live(),
    }),
  );
  const handler = sluiceFetch(sluice, { base: "/api" });
  const msw = setupServer(http.all("http://localhost/api/*", ({ request }) => handler(request)));
  msw.listen({ onUnhandledRequest: "error" });
  try {
    const own = createClient(contract, { url: "http://localhost/api", linger: 0 });
    const states: number[] = [];
    own.scores.watch.subscribe({ matchId: "m1" }, { onState: ({ home }) => states.push(home) });
    await vi.waitFor(() => expect(states).toEqual([0]), 15_000);
    await sluice
      .topic(contract.scores.watch, { matchId: "m1" })
      .publish({ type: "goal", data: { team: "home", minute: 1 } });
    await vi.waitFor(() => expect(states).toEqual([0, 1]), 15_000);
    expect(await own.scores.matches()).toHaveLength(1);
    own.$close();
    await vi.waitFor(() => expect(sluice.stats().streams).toBe(0), 15_000);
  } finally {
    msw.close();
    await sluice.close({ timeout: 0 });
  }
});
