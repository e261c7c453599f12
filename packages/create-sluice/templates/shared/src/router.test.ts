import { createSluice } from "@sluice/server";
import { testClient } from "@sluice/testing";
import { expect, it, onTestFinished } from "vitest";
import { contract } from "./contract";
import { router } from "./router";

it("adds a reported goal to the score of its match", async () => {
  const sluice = createSluice(router);
  const { client } = testClient(contract, sluice);
  onTestFinished(async () => {
    client.$close();
    await sluice.close({ timeout: 0 });
  });

  await client.scores.report({ matchId: "m1", team: "home" });

  const scoreOf = (matchId: string) => sluice.topic(contract.scores.watch, { matchId }).state();
  expect((await scoreOf("m1")).state).toEqual({ home: 1, away: 0 });
  expect((await scoreOf("m2")).state).toEqual({ home: 0, away: 0 });
});
