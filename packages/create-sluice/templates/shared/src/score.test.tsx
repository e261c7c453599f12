// @vitest-environment jsdom
import { fakeServer } from "@sluice/testing";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, it } from "vitest";
import { contract } from "./contract";
import { Score } from "./score";

afterEach(cleanup);

function renderScore() {
  const server = fakeServer(contract);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Score client={server.client()} matchId="m1" />
    </QueryClientProvider>,
  );
  return server;
}

it("shows the score, also what was missed while the network was away", async () => {
  await using server = renderScore();
  await screen.findByText("live");
  server.offline();
  await screen.findByText("paused");
  await server.emit(contract.scores.watch, { matchId: "m1" }, { type: "goal", data: { team: "away" } });
  server.online();
  await screen.findByText("0 : 1");
});

it("says why a goal wasn't counted", async () => {
  await using server = renderScore();
  server.refuse(contract.scores.report, "forbidden");
  fireEvent.click(screen.getByText("Goal for home"));
  await screen.findByText("Forbidden");
});
