import { useMutation, useQuery } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { sluiceMutation, sluiceQuery, sluiceSubscription } from "../query/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { at, event, goal, live, match, snapshot } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

const iso = "2026-01-01T00:00:00Z";

test("views show events as they travel, over one connection also in StrictMode", async () => {
  const { server, wireClient, render } = await setUpApp();
  const goals = {
    key: "goals",
    initial: 0,
    step: (n: number, { type }: { type: string }) => n + Number(type === "goal"),
  };
  const heard: unknown[] = [];
  const views = () => [
    useSubscription(wireClient.scores.watch, match, { on: { fullTime: ({ at }) => heard.push(at) } }).data,
    useSubscription(wireClient.scores.watch, match, { list: 1 }).data,
    useSubscription(wireClient.scores.watch, match, { fold: goals }).data,
  ];
  const { result } = render(views, undefined, { strict: true });
  const stream = (await server.next()).open().send(snapshot(3, 0, 5), live(5), goal("home", 6));
  await waitFor(() => expect(result.current).toMatchObject([{ type: "goal" }, [{ id: at(6) }], 1]));
  stream.send(event("fullTime", { at: iso }, 7));
  const last = { type: "fullTime", data: { at: iso }, id: at(7) };
  await waitFor(() => expect(result.current).toEqual([last, [last], 1]));
  expect(heard).toEqual([iso]);
  expect(server.requests).toHaveLength(1);
});

test("keys equal those of a client with the contract", async () => {
  const { client, wireClient } = await setUpApp({ id: "main" });
  const { queryKey } = sluiceSubscription(wireClient.feed, undefined, { list: 5 });
  expect(queryKey).toEqual(["sluice", "main", ["feed"], null, { list: 5 }]);
  expect(queryKey).toEqual(sluiceSubscription(client.feed, undefined, { list: 5 }).queryKey);
  expect(sluiceQuery(wireClient.scores.find, { text: "a" }).queryKey).toEqual(
    sluiceQuery(client.scores.find, { text: "a" }).queryKey,
  );
});

test("queries and mutations go through TanStack's hooks", async () => {
  const { server, wireClient, render } = await setUpApp();
  const { result } = render(
    () => ({
      found: useQuery(sluiceQuery(wireClient.scores.find, { text: "a" })),
      report: useMutation(sluiceMutation(wireClient.scores.report)),
    }),
    undefined,
  );
  const query = await server.next();
  expect(query).toMatchObject({ method: "POST", body: { input: { text: "a" } } });
  query.answer(200, {}, { output: ["m1"] });
  await waitFor(() => expect(result.current.found.data).toEqual(["m1"]));
  result.current.report.mutate({ matchId: "m1", at: iso });
  const mutation = await server.next();
  expect(mutation.body).toEqual({ input: { matchId: "m1", at: iso } });
  mutation.answer(200, {}, { output: { at: iso } });
  await waitFor(() => expect(result.current.report.data).toEqual({ at: iso }));
  expect(server.requests).toHaveLength(2);
});

test("invalidating a live view sends nothing", async () => {
  const { server, wireClient, queryClient, render } = await setUpApp();
  const { result } = render(() => useSubscription(wireClient.scores.watch, match, { list: 5 }), undefined);
  (await server.next()).open().send(snapshot(3, 0, 5), live(5), goal("home", 6));
  await waitFor(() => expect(result.current.data).toHaveLength(1));
  await queryClient.invalidateQueries();
  expect(result.current).toMatchObject({ status: "success", data: [{ id: at(6) }], connection: { status: "live" } });
  expect(server.requests).toHaveLength(1);
});
