import { expect, test } from "vitest";
import { useSubscription } from "./react/index.js";
import { failOnConsoleError, setUpApp } from "./test-kit/app.test-kit.js";
import { live, match, snapshot, until } from "./test-kit/set-up.test-kit.js";

failOnConsoleError();

test("a component shows the last there was when its client is closed, also if it is asked to fetch again", async () => {
  const { server, client, queryClient, render } = await setUpApp();
  const { result } = render(() => useSubscription(client.scores.watch, match), undefined);
  (await server.next()).open().send(snapshot(1, 0, 5), live(5));
  await until(() => result.current.connection.status === "live");
  client.$close();
  await until(() => result.current.status === "ended");
  expect(result.current).toMatchObject({ data: { home: 1 }, connection: { status: "closed" } });
  await queryClient.invalidateQueries();
  expect(result.current).toMatchObject({ status: "ended", data: { home: 1 } });
  expect(server.requests).toHaveLength(1);
});
