// #region imports
import { setTimeout as sleep } from "node:timers/promises";
import { createSluice, implement, type Log, memoryLog, SluiceError } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { contract } from "./contract.js";
import { prices } from "./exchange.js";

// #endregion imports

// #region context
interface User {
  readonly id: string;
  readonly isReferee: boolean;
}

const s = implement(contract).$context<{ user: User | null }>();
// #endregion context

// #region middleware
const requireUser = s.$middleware(({ context, errors, next }) => {
  if (!context.user) throw errors.unauthorized();
  return next({ context: { user: context.user } });
});

/** Fits each procedure whose input has at least what `scores.report` takes, and whose errors include its own. */
const openMatch = s.$middleware(s.scores.report, async ({ input, errors, next, topic }) => {
  const { state } = await topic(contract.scores.watch, { matchId: input.matchId }).state();
  if (state.over) throw errors.over();
  return next();
});
// #endregion middleware

// #region handlers
const report = s.scores.report
  .use(requireUser)
  .use(openMatch)
  .handler(async ({ input: { matchId, ...goal }, context, errors, topic }) => {
    if (!context.user.isReferee) throw errors.forbidden();
    if (goal.minute > 130) throw errors.tooLate({ data: { latest: 130 } });
    // A goal that is reported twice counts once, so a report may be repeated.
    const idempotencyKey = `${goal.team}:${goal.minute}`;
    await topic(contract.scores.watch, { matchId }).publish({ type: "goal", data: goal }, { idempotencyKey });
  });

const matches = s.scores.matches.handler(() => [{ matchId: "m1", home: "Ajax", away: "Porto" }]);
// #endregion handlers

// #region filter
const news = s.news.live({
  filter: ({ data }, { input }) => input === undefined || input.topics.includes(data.topic),
});
// #endregion filter

// #region source
const ticks = s.prices.ticks.live({
  source: async function* ({ input: { symbol }, signal }) {
    for await (const price of prices(symbol, signal)) yield { type: "tick", data: { price } };
  },
});
// #endregion source

// #region presence
const who = s.scores.who.use(requireUser).live({
  async onSubscribe({ context: { user }, input, signal, topic }) {
    const { publish } = topic(contract.scores.who, input);
    const gone = new Promise((resolve) => signal.addEventListener("abort", resolve));
    await publish({ type: "joined", data: { user: user.id } });
    await gone;
    await publish({ type: "left", data: { user: user.id } });
  },
});
// #endregion presence

// #region run
const answer = s.assistant.answer.stream(
  async function* ({ input: { prompt }, signal }) {
    for (const word of `You said: ${prompt}`.split(" ")) {
      const isStopped = await sleep(30, false, { signal }).catch(() => true);
      if (isStopped) return;
      yield { type: "token", data: `${word} ` };
    }
  },
  { resumable: true },
);

const stop = s.assistant.stop.handler(async ({ input: { runId }, topic }) => {
  await topic(contract.assistant.answer, { runId, prompt: "-" }).stop();
});
// #endregion run

// #region router
const router = s.$router({
  scores: { watch: s.scores.watch.live(), report, matches, who },
  prices: { ticks },
  news,
  assistant: { answer, stop },
});
// #endregion router

// #region create
export const createScores = (log: Log = memoryLog()) =>
  createSluice(router, {
    log,
    retain: { "prices/ticks": { events: 1_000 } },
    limits: { streamsPerClient: 20 },
    linger: 1_000,
    onError: ({ error, path }) => console.error(path, error),
  });
// #endregion create

type Scores = ReturnType<typeof createScores>;

// #region adapter
/** Who sends a request: here from a header; in an application from a session or token. */
function userOf(authorization: string | undefined): User | null {
  const id = authorization?.replace("Bearer ", "");
  if (id === "banned") throw new SluiceError("forbidden");
  return id ? { id, isReferee: id === "referee" } : null;
}

export const createApp = (sluice: Scores) =>
  express().use(
    "/api",
    sluiceExpress(sluice, {
      context: (req) => {
        const user = userOf(req.get("authorization"));
        return { user, tags: user ? [`user:${user.id}`] : [] };
      },
      identify: (_req, { user }) => user?.id,
    }),
  );
// #endregion adapter

// #region publish
/** From anywhere in the process: a webhook, a timer, a queue's consumer. */
export async function reportGoal(sluice: Scores, matchId: string, minute: number): Promise<string> {
  const match = sluice.topic(contract.scores.watch, { matchId });
  const { cursor } = await match.publish(
    { type: "goal", data: { team: "home", minute } },
    { idempotencyKey: `${matchId}:${minute}` }, // a retry publishes nothing twice
  );
  return cursor;
}

/** Both events are published, or none. */
export async function endMatch(sluice: Scores, matchId: string): Promise<void> {
  await sluice.topic(contract.scores.watch, { matchId }).publish([
    { type: "goal", data: { team: "away", minute: 90 } },
    { type: "fullTime", data: { at: new Date() } },
  ]);
}
// #endregion publish

// #region handle
export async function handles(sluice: Scores): Promise<unknown> {
  const match = sluice.topic(contract.scores.watch, { matchId: "m1" });
  const { state, cursor } = await match.state(); // as a subscriber gets it
  await match.disconnect({ tag: "user:eve" }); // her subscriptions of this topic end, on all servers
  await match.delete(); // history and state are gone; subscribers get `$reset`
  return { state, cursor };
}
// #endregion handle
