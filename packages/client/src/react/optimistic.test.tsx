import { useMutation, useQueryClient } from "@tanstack/react-query";
import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { sluiceMutation, sluicePending, sluiceSubscription } from "../query/index.js";
import { failOnConsoleError, setUpApp } from "../test-kit/app.test-kit.js";
import { goal, live, match, snapshot } from "../test-kit/set-up.test-kit.js";
import { useSubscription } from "./index.js";

failOnConsoleError();

/** A component at 1:0 that shows a goal at once, as the README says, and whose report is under way. */
async function reporting() {
  const { server, client, render } = await setUpApp();
  const { result } = render(() => {
    const queryClient = useQueryClient();
    const { queryKey } = sluiceSubscription(client.scores.watch, match);
    const report = useMutation({
      ...sluiceMutation(client.scores.report),
      onMutate: () => queryClient.setQueryData(queryKey, (old) => old && { ...old, home: old.home + 1 }),
      onError: () => queryClient.setQueryData(queryKey, client.scores.watch.store(match).get().data),
    });
    const { data, connection } = useSubscription(client.scores.watch, match);
    return { home: data?.home, away: data?.away, status: connection.status, report };
  }, undefined);
  const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await waitFor(() => expect(result.current.status).toBe("live"));
  result.current.report.mutate({ matchId: "m1" });
  const request = await server.next();
  await waitFor(() => expect(result.current.home).toBe(2));
  return { server, result, stream, request };
}

test("a state that a mutation sets is shown until the server's event replaces it", async () => {
  const { result, stream, request } = await reporting();
  request.answer(200, {}, { output: { at: "2026-01-01T00:00:00.000Z" } });
  await waitFor(() => expect(result.current.report.status).toBe("success"));
  expect(result.current.home).toBe(2);
  stream.send(goal("home", 6));
  stream.send(goal("home", 7));
  await waitFor(() => expect(result.current.home).toBe(3));
});

test("a mutation that fails takes back what it has set, and asks nobody", async () => {
  const { server, result, request } = await reporting();
  request.answer(404, {}, { status: 404, title: "", code: "notFound" });
  await waitFor(() => expect(result.current.home).toBe(1));
  expect(result.current.report.error?.code).toBe("notFound");
  expect(server.requests).toHaveLength(2);
});

test("a mutation that fails doesn't take back what others have done meanwhile", async () => {
  const { result, stream, request } = await reporting();
  stream.send(goal("away", 6));
  await waitFor(() => expect(result.current).toMatchObject({ home: 1, away: 1 }));
  request.answer(404, {}, { status: 404, title: "", code: "notFound" });
  await waitFor(() => expect(result.current.report.status).toBe("error"));
  expect(result.current).toMatchObject({ home: 1, away: 1 });
});

test("a pending change shows once in strict mode, in all components, and is gone with its event", async () => {
  const { server, client, render } = await setUpApp();
  const optimistic = () =>
    sluicePending(client.scores.watch, match, {
      state: (score) => ({ ...score, home: score.home + 1 }),
      echo: { goal: ({ team }) => team === "home" },
    });
  const { result, seen } = render(
    () => {
      const report = useMutation(sluiceMutation(client.scores.report, { optimistic }));
      const one = useSubscription(client.scores.watch, match);
      const two = useSubscription(client.scores.watch, match);
      return { scores: [one.data?.home, two.data?.home], report };
    },
    undefined,
    { strict: true },
  );
  const stream = (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await waitFor(() => expect(result.current.scores).toEqual([1, 1]));
  result.current.report.mutate({ matchId: "m1" });
  const request = await server.next();
  await waitFor(() => expect(result.current.scores).toEqual([2, 2]));
  stream.send(goal("away", 6), goal("home", 7));
  request.answer(200, {}, { output: { at: "2026-01-01T00:00:00.000Z" } });
  await waitFor(() => expect(result.current.report.status).toBe("success"));
  stream.send(goal("home", 8));
  await waitFor(() => expect(result.current.scores).toEqual([3, 3]));
  const shown = seen.map(({ scores: [one] }) => one ?? 0);
  expect([...new Set(shown)]).toEqual([0, 1, 2, 3]);
  expect(shown).toEqual(shown.toSorted());
});
