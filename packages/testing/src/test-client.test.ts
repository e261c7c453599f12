import { createSluice, implement } from "@sluice/server";
import { expect, it, onTestFinished, vi } from "vitest";
import { testClient } from "./index.js";
import { contract } from "./scores.test-kit.js";

const m1 = { matchId: "m1" };

/** A router with a context, and something to do when somebody is there. */
function setUp(options: { readonly multiplex?: boolean } = {}) {
  const present: string[] = [];
  const s = implement(contract).$context<{ user: string }>();
  const sluice = createSluice(
    s.$router({
      scores: {
        watch: s.scores.watch.live({
          onSubscribe: ({ context, input }) => void present.push(`${context.user} at ${input.matchId}`),
        }),
        report: s.scores.report.handler(async ({ input: { matchId, ...data }, topic }) => {
          await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data });
        }),
        matches: s.scores.matches.handler(({ context }) => [{ id: context.user, at: new Date(0) }]),
      },
      news: s.news.stream(async function* () {
        yield { type: "flash", data: "a" };
      }),
    }),
  );
  onTestFinished(() => sluice.close({ timeout: 0 }));
  const { client, network } = testClient(contract, sluice, { context: { user: "ada" }, ...options });
  onTestFinished(() => client.$close());
  return { sluice, client, network, present };
}

it.each([true, false])(
  "a client of the real router, multiplex: %s, reports, is cut, and gets what it missed",
  async (multiplex) => {
    const { sluice, client, network, present } = setUp({ multiplex });
    const told: string[] = [];
    client.scores.watch.subscribe(m1, {
      onState: ({ home, away }) => told.push(`${home}:${away}`),
      onConnection: ({ status }) => told.push(status),
    });
    await network.opened(contract.scores.watch, m1);
    await client.scores.report({ ...m1, team: "home", minute: 1 });
    await vi.waitFor(() => expect(told.at(-1)).toBe("1:0"), 15_000);
    network.drop(contract.scores.watch);
    await sluice.topic(contract.scores.watch, m1).publish({ type: "goal", data: { team: "away", minute: 2 } });
    await vi.waitFor(() => expect(told.at(-1)).toBe("live"), 15_000);
    network.refuse("unavailable", { times: 2 });
    network.drop();
    await vi.waitFor(() => expect(network.requests).toHaveLength(6), 15_000);
    await vi.waitFor(() => expect(told.at(-1)).toBe("live"), 15_000);
    expect(told.filter((each) => each.includes(":"))).toEqual(["0:0", "1:0", "1:1"]);
    expect(present).toEqual(["ada at m1"]);
  },
);

it("gives the router its context, as a value or by a function, and carries generators", async () => {
  const { sluice, client } = setUp();
  expect(await client.scores.matches()).toEqual([{ id: "ada", at: new Date(0) }]);
  let user = "bob";
  const other = testClient(contract, sluice, { context: async () => ({ user }) });
  expect(await other.client.scores.matches()).toMatchObject([{ id: "bob" }]);
  user = "eve";
  expect(await other.client.scores.matches()).toMatchObject([{ id: "eve" }]);
  const events: unknown[] = [];
  for await (const { type, data } of client.news.iterate()) events.push([type, data]);
  expect(events).toEqual([["flash", "a"]]);
  expect(other.network.requests.map(({ path, method }) => `${method} ${path}`)).toEqual([
    "GET scores/matches",
    "GET scores/matches",
  ]);
});

it("an option of how it reaches a server is refused", () => {
  const { sluice } = setUp();
  const make = () => testClient(contract, sluice, { context: { user: "ada" }, url: "/api" } as never);
  expect(make).toThrow("The client of a test: url is not a known option");
});
