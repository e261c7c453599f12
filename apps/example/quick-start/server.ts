import { createSluice, implement } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { contract } from "./contract.js";

const { router, scores } = implement(contract);
const api = router({
  scores: {
    watch: scores.watch.live(),
    report: scores.report.handler(async ({ input: { matchId, ...goal }, publish }) => {
      await publish(contract.scores.watch, { matchId }, { type: "goal", data: goal });
    }),
  },
});
const app = express().use("/api", sluiceExpress(createSluice(api)));
export const server = app.listen(process.env["PORT"] ?? 3000);
