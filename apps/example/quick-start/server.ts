import { createSluice, implement } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { createServer } from "vite";
import { contract } from "./contract.js";

const { scores, $router } = implement(contract);
const router = $router({
  scores: {
    watch: scores.watch.live(),
    report: scores.report.handler(async ({ input: { matchId, ...goal }, topic }) => {
      await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: goal });
    }),
  },
});
const vite = await createServer({ server: { middlewareMode: true } });
const app = express().use("/api", sluiceExpress(createSluice(router)));
app.use(vite.middlewares).listen(process.env["PORT"] ?? 3000);
