import { afterEach, expect, it, jest } from "@jest/globals";
import { createClient } from "@sluice/client";
import { sluiceMutation } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { createSluice, implement } from "@sluice/server";
import { fakeServer, testClient } from "@sluice/testing";
import { QueryClient, QueryClientProvider, useMutation } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createElement as h } from "react";
import { contract } from "./contract.js";

afterEach(() => {
  cleanup();
  jest.useRealTimers();
});

const { watch, report } = contract.scores;
const m1 = { matchId: "m1" };
const goal = { type: "goal", data: { minute: 1 } };

function Score({ client }) {
  const { data, connection } = useSubscription(client.scores.watch, m1);
  const { mutate, error } = useMutation(sluiceMutation(client.scores.report));
  return h(
    "button",
    { type: "button", onClick: () => mutate({ minute: 1 }) },
    `${data} ${connection.status} ${error?.code}`,
  );
}

const show = (client) => {
  const queryClient = new QueryClient();
  render(h(QueryClientProvider, { client: queryClient }, h(Score, { client })));
  return queryClient;
};

it("a fake server: an outage, a refusal, an end", async () => {
  const server = fakeServer(contract);
  show(server.client());
  await screen.findByText("0 live undefined");
  server.offline();
  await screen.findByText("0 paused undefined");
  await server.emit(watch, m1, goal);
  server.online();
  await screen.findByText("1 live undefined");
  server.refuse(report, "over");
  fireEvent.click(screen.getByRole("button"));
  await screen.findByText("1 live over");
  await server.end(watch, m1);
  await screen.findByText("1 closed over");
  await server.close();
});

it("fake timers", async () => {
  jest.useFakeTimers();
  const server = fakeServer(contract);
  show(server.client({ retry: { base: 1_000, random: () => 0.999 } }));
  const pass = (ms) => act(() => jest.advanceTimersByTimeAsync(ms));
  await pass(100);
  screen.getByText("0 live undefined");
  server.drop(watch);
  await act(() => server.emit(watch, m1, goal));
  await pass(400);
  screen.getByText("0 reconnecting undefined");
  await pass(700);
  screen.getByText("1 live undefined");
  await pass(60_000);
  screen.getByText("1 live undefined");
  cleanup();
  await server.close();
});

it("the real router, and a client of the application's own", async () => {
  const s = implement(contract);
  const sluice = createSluice(
    s.$router({
      scores: {
        watch: s.scores.watch.live(),
        report: s.scores.report.handler(({ input, topic }) => topic(watch, m1).publish({ type: "goal", data: input })),
      },
    }),
  );
  const { network } = testClient(contract, sluice);
  const client = createClient(contract, { url: "http://sluice.test", fetch: network.fetch, linger: 0 });
  show(client);
  await screen.findByText("0 live undefined");
  fireEvent.click(screen.getByRole("button"));
  await screen.findByText("1 live undefined");
  expect(network.requests.map(({ path }) => path)).toEqual(["scores/watch", "scores/report"]);
  client.$close();
  await sluice.close({ timeout: 0 });
});
