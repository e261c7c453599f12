import { createSluice, type Sluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express, { type Express, type RequestHandler } from "express";
import { assistant } from "./assistant.ts";
import { document } from "./document.ts";
import { feed, setUpFeed } from "./feed.ts";
import { gauges } from "./gauges.ts";
import { s } from "./implementer.ts";
import { playMatchDay } from "./match-play.ts";
import { newswire } from "./newswire.ts";
import { prices } from "./prices.ts";
import { replayQuakes } from "./quake-replay.ts";
import { readme } from "./readme.ts";
import { createReplay } from "./replay.ts";
import { scores, setUpScores } from "./scores.ts";

export interface AppOptions {
  /** Stops the replays. */
  readonly signal: AbortSignal;
  /** Serves everything that is not the API. */
  readonly pages: RequestHandler;
  /** If true, only visitors play matches. Default: false, a match day runs by itself. */
  readonly isStill?: boolean;
}

/** The example's server, not yet listening on a port. */
export async function createApp({
  signal,
  pages,
  isStill = false,
}: AppOptions): Promise<{ app: Express; sluice: Sluice<object> }> {
  const replay = createReplay();
  const router = s.$router({
    scores: scores(),
    prices: prices(replay),
    newswire: newswire(),
    feed: feed(),
    document: document(),
    assistant: assistant(),
    gauges: gauges(),
  });
  const sluice = createSluice(router, {
    // Twelve seconds at the highest rate. A client that was away for longer gets a reset.
    retain: { "prices/ticks": { events: 60_000 } },
  });
  await setUpScores(sluice);
  await setUpFeed(sluice.topic);
  void replay.run(sluice.topic, signal);
  void replayQuakes(sluice.topic, signal);
  if (!isStill) void playMatchDay(sluice.topic, { signal });

  const app = express();
  app.disable("x-powered-by");
  app.use("/api", sluiceExpress(sluice), (_req, res) => void res.sendStatus(404));
  app.get("/README.md", readme);
  app.use(pages);
  return { app, sluice };
}
