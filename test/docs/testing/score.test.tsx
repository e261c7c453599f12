import { fakeServer } from "@sluice/testing";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, it } from "vitest";
import { contract } from "./contract.js";
import { Score } from "./score.js";

afterEach(cleanup);

it("shows the score, also after an outage, and why a report failed", async () => {
  await using server = fakeServer(contract);
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Score client={server.client()} matchId="m1" />
    </QueryClientProvider>,
  );
  await screen.findByText("live");
  const goal = { type: "goal", data: { team: "away", minute: 3 } } as const;
  await server.emit(contract.scores.watch, { matchId: "m1" }, goal);
  await screen.findByText("0 : 1");
  server.offline();
  await screen.findByText("paused");
  await server.emit(contract.scores.watch, { matchId: "m1" }, goal);
  server.online();
  await screen.findByText("0 : 2");
  server.refuse(contract.scores.report, "forbidden");
  fireEvent.click(screen.getByText("Goal"));
  await screen.findByText("forbidden");
});
