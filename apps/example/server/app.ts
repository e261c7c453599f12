import { createSluice, type Log, type Sluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express, { type Express, type RequestHandler } from "express";
import { assistant } from "./assistant.ts";
import { document, setUpDocument } from "./document.ts";
import { feed, setUpFeed } from "./feed.ts";
import { gauges } from "./gauges.ts";
import { s } from "./implementer.ts";
import { playMatchDay } from "./match-play.ts";
import { newswire } from "./newswire.ts";
import { onOneServer, type Turn } from "./on-one-server.ts";
import { ownClient } from "./own-client.ts";
import { removeSilent } from "./present.ts";
import { prices } from "./prices.ts";
import { replayQuakes, setUpQuakes } from "./quake-replay.ts";
import { readme } from "./readme.ts";
import { createReplay } from "./replay.ts";
import { scores, setUpScores } from "./scores.ts";

export interface AppOptions {
  /** What the server remembers over restarts. */
  readonly log: Log;
  /** Stops the replays. */
  readonly signal: AbortSignal;
  /** Serves everything that is not the API. */
  readonly pages: RequestHandler;
  /** If true, only visitors play matches. Default: false, a match day runs by itself. */
  readonly isStill?: boolean;
  /** This server's name among several. It is in a header of all answers, which the pages show. Default: none. */
  readonly name?: string | undefined;
}

/** The example's server, not yet listening on a port. */
export async function createApp({
  log,
  signal,
  pages,
  isStill = false,
  name,
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
    log,
    // Twelve seconds at the highest rate. A client that was away for longer gets a reset.
    retain: { "prices/ticks": { events: 60_000 } },
  });
  await setUpScores(sluice);
  await setUpFeed(sluice.topic);
  await setUpDocument(sluice.topic);

  const { topic } = sluice;
  const client = ownClient(sluice);
  signal.addEventListener("abort", () => client.$close(), { once: true });
  replay.begin({ topic, log, client, signal });
  const once = (name: string, run: (turn: Turn) => Promise<void>) => void onOneServer({ log, name, signal, run });
  await setUpQuakes(topic, client);
  once("quakes", (turn) => replayQuakes(topic, client, turn));
  once("presence", (turn) => removeSilent(topic, turn));
  if (!isStill) once("match-day", (turn) => playMatchDay(topic, { turn }));

  const app = express();
  app.disable("x-powered-by");
  if (name) app.use((_req, res, next) => next(void res.set("x-served-by", name)));
  app.use("/api", sluiceExpress(sluice), (_req, res) => void res.sendStatus(404));
  app.get("/README.md", readme);
  app.use(pages);
  return { app, sluice };
}
