import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";
import { isoDate } from "./iso-date.ts";
import { Fixture, Goal, Match, Minute, PerSecond, Receipt, Side, Tick, TickerSymbol } from "./schemas.ts";

const matchErrors = {
  matchNotFound: { status: 404, data: z.object({ matchId: z.string() }) },
  matchOver: { status: 409, data: z.object({ matchId: z.string() }) },
} as const;

const change = (matches: readonly Match[], matchId: string, to: (match: Match) => Match) =>
  matches.map((match) => (match.id === matchId ? to(match) : match));

/** What server and browser agree on. Change an event here, and the types of handler and hook follow. */
export const contract = defineContract({
  scores: {
    /**
     * One topic holds everything that the page shows, timelines included, so there is nothing to keep in step. The fold is
     * the judge: a goal after full time changes nothing, whoever published it.
     */
    board: subscription({
      events: {
        matchDay: z.object({ competition: z.string(), date: isoDate, fixtures: z.array(Fixture) }),
        goal: z.object({ matchId: z.string(), goal: Goal }),
        goalUndone: z.object({ matchId: z.string(), goalId: z.string() }),
        fullTime: z.object({ matchId: z.string() }),
        kickOff: z.object({ matchId: z.string() }),
      },
      state: {
        schema: z.object({ competition: z.string(), date: isoDate, matches: z.array(Match) }),
        initial: { competition: "", date: new Date(0), matches: [] },
        apply: {
          matchDay: (_, { fixtures, ...day }) => ({
            ...day,
            matches: fixtures.map((fixture) => ({ ...fixture, over: false, goals: [] })),
          }),
          goal: (board, { matchId, goal }) => ({
            ...board,
            matches: change(board.matches, matchId, (match) =>
              match.over ? match : { ...match, goals: [...match.goals, goal] },
            ),
          }),
          goalUndone: (board, { matchId, goalId }) => ({
            ...board,
            matches: change(board.matches, matchId, (match) =>
              match.over ? match : { ...match, goals: match.goals.filter(({ id }) => id !== goalId) },
            ),
          }),
          fullTime: (board, { matchId }) => ({
            ...board,
            matches: change(board.matches, matchId, (match) => ({ ...match, over: true })),
          }),
          kickOff: (board, { matchId }) => ({
            ...board,
            matches: change(board.matches, matchId, (match) => ({ ...match, over: false, goals: [] })),
          }),
        },
      },
    }),
    /** `reportId` is the caller's own: sent twice, it counts once. It becomes the goal's id. */
    report: mutation({
      input: z.object({ reportId: z.uuid(), matchId: z.string(), side: Side, minute: Minute }),
      output: Receipt,
      errors: matchErrors,
    }),
    undo: mutation({
      input: z.object({ matchId: z.string(), goalId: z.string() }),
      output: Receipt,
      errors: matchErrors,
    }),
    fullTime: mutation({ input: z.object({ matchId: z.string() }), output: Receipt, errors: matchErrors }),
    kickOff: mutation({ input: z.object({ matchId: z.string() }), output: Receipt, errors: matchErrors }),
  },
  prices: {
    ticks: subscription({
      input: z.object({ symbol: TickerSymbol }),
      events: { tick: Tick },
      start: { last: 600 },
      onGap: "skip",
    }),
    rate: subscription({
      events: { changed: z.object({ perSecond: PerSecond }) },
      state: {
        schema: z.object({ perSecond: PerSecond }),
        initial: { perSecond: 20 },
        apply: { changed: (_, { perSecond }) => ({ perSecond }) },
      },
    }),
    setRate: mutation({ input: z.object({ perSecond: PerSecond }) }),
  },
});
