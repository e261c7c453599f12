// #region imports
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";
// #endregion imports

// #region codec
/** A `Date` in code on both ends, ISO 8601 text on the wire. */
export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
// #endregion codec

const Match = z.object({ matchId: z.string() });
const Team = z.enum(["home", "away"]);

// #region watch
export const watch = subscription({
  input: z.object({ matchId: z.string() }),
  events: {
    goal: z.object({ team: z.enum(["home", "away"]), minute: z.int() }),
    fullTime: z.object({ at: isoDate }),
  },
  state: {
    schema: z.object({ home: z.int(), away: z.int(), over: z.boolean() }),
    initial: { home: 0, away: 0, over: false },
    apply: {
      goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }),
      fullTime: (score) => ({ ...score, over: true }),
    },
  },
});
// #endregion watch

// #region calls
export const report = mutation({
  input: z.object({ matchId: z.string(), team: z.enum(["home", "away"]), minute: z.int() }),
  errors: { over: {}, tooLate: { data: z.object({ latest: z.int() }) } },
});

export const matches = query({
  output: z.array(z.object({ matchId: z.string(), home: z.string(), away: z.string() })),
});
// #endregion calls

// #region ticks
export const ticks = subscription({
  input: z.object({ symbol: z.string() }),
  events: { tick: z.object({ price: z.number() }) },
  start: { last: 50 },
  onGap: "skip",
});
// #endregion ticks

// #region news
export const news = subscription({
  input: z.object({ topics: z.array(z.string()) }).optional(),
  key: [],
  events: { story: z.object({ topic: z.string(), title: z.string() }) },
  start: "oldest",
  onGap: "skip",
});
// #endregion news

// #region answer
export const answer = subscription({
  method: "POST",
  input: z.object({ runId: z.uuid(), prompt: z.string().min(1).max(2_000) }),
  key: ["runId"],
  events: { token: z.string() },
});
// #endregion answer

// #region presence
export const who = subscription({
  input: Match,
  events: { joined: z.object({ user: z.string() }), left: z.object({ user: z.string() }) },
  state: {
    schema: z.object({ here: z.array(z.string()) }),
    initial: { here: [] },
    apply: {
      joined: ({ here }, { user }) => ({ here: [...here.filter((other) => other !== user), user] }),
      left: ({ here }, { user }) => ({ here: here.filter((other) => other !== user) }),
    },
  },
});
// #endregion presence

// #region contract
export const contract = defineContract({
  scores: { watch, report, matches, who },
  prices: { ticks },
  news,
  assistant: { answer, stop: mutation({ input: z.object({ runId: z.uuid() }) }) },
});
// #endregion contract

export type Team = z.infer<typeof Team>;
