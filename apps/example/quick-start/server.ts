import { createSluice, implement } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { contract } from "./contract.js";

const s = implement(contract);
const api = s.$router({
  scores: {
    watch: s.scores.watch.live(),
    report: s.scores.report.handler(async ({ input: { matchId, ...goal }, topic }) => {
      await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: goal });
    }),
  },
});
const app = express().use("/api", sluiceExpress(createSluice(api)));
export const server = app.listen(process.env["PORT"] ?? 3000);
