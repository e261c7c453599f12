import { useSyncExternalStore } from "react";
import { expect, test } from "vitest";
import { failOnConsoleError, setUpApp, type TestClient } from "../test-kit/app.test-kit.js";
import { goal, live, snapshot, until } from "../test-kit/set-up.test-kit.js";

failOnConsoleError();

/** As an application would write it: the store is asked for in every render. */
function useScore(client: TestClient, matchId: string) {
  const since = matchId === "wrong" ? (1 as never) : undefined;
  const { subscribe, get } = client.scores.watch.store({ matchId, since });
  return useSyncExternalStore(subscribe, get, get);
}

test("useSyncExternalStore takes a store, opens one connection in StrictMode, and closes it with the component", async () => {
  const { server, clock, client, render } = await setUpApp();
  const { result, rerender, unmount } = render(({ id }) => useScore(client, id), { id: "m1" }, { strict: true });
  const first = (await server.next()).open().send(snapshot(1, 0, 5), live(5), goal("home", 6));
  await until(() => result.current.data?.home === 2);
  expect(result.current).toMatchObject({ status: "success", connection: { status: "live" } });
  rerender({ id: "m2" });
  const second = (await server.next()).open().send(snapshot(0, 3, 5), live(5));
  await until(() => result.current.data?.away === 3);
  clock.advance(1_000); // the linger
  await until(() => first.isGone);
  unmount();
  clock.advance(1_000);
  await until(() => second.isGone);
  expect(server.requests).toHaveLength(2);
});

test("an input that can't be encoded, and a client that is closed, show an error instead of rendering for ever", async () => {
  const { server, client, render } = await setUpApp();
  const { result, seen, rerender } = render(({ id }) => useScore(client, id), { id: "wrong" });
  await until(() => result.current.status === "error");
  expect(result.current.error).toMatchObject({ code: "badRequest" });
  rerender({ id: "m1" });
  (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await until(() => result.current.connection.status === "live");
  client.$close();
  await until(() => result.current.status !== "success");
  rerender({ id: "m1" });
  await until(() => result.current.status === "error");
  expect(result.current.error).toMatchObject({ code: "aborted" });
  expect(seen.length).toBeLessThan(20);
});
