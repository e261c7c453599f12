import { fileURLToPath } from "node:url";
import { createSluice, memoryLog, type Sluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express, { type Express } from "express";
import { contract } from "../shared/contract.ts";
import { currentState } from "./current-state.ts";
import { s } from "./implementer.ts";
import { prices } from "./prices.ts";
import { createReplay } from "./replay.ts";
import { scores, setUpScores } from "./scores.ts";

const webRoot = fileURLToPath(new URL("../web", import.meta.url));

/** The example's server, without a port. Its prices move until the signal aborts. */
export async function createApp(signal: AbortSignal): Promise<{ app: Express; sluice: Sluice<object> }> {
  const replay = createReplay();
  const readBoard = () => currentState(sluice, contract.scores.board, undefined);
  const sluice: Sluice<object> = createSluice(s.router({ scores: scores(readBoard), prices: prices(replay) }), {
    // Twelve seconds at the highest rate: whoever was away for longer is told so.
    log: memoryLog({ overrides: { "prices/ticks": { events: 60_000 } } }),
  });
  await setUpScores(sluice.publish, readBoard);
  void replay.run(sluice.publish, signal);

  const app = express();
  app.disable("x-powered-by");
  app.use("/api", sluiceExpress(sluice), (_req, res) => void res.sendStatus(404));
  app.use("/assets", express.static(`${webRoot}/assets`, { immutable: true, maxAge: "1y", fallthrough: false }));
  // Every other path is a page, and the browser's router knows which.
  app.get("/{*path}", (_req, res) => res.sendFile("index.html", { root: webRoot, cacheControl: false }));
  return { app, sluice };
}
