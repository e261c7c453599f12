import { mutation, subscription } from "@sluice/contract";
import * as z from "zod";
import { isoDate } from "./iso-date.ts";
import { Receipt } from "./receipt.ts";

export const Side = z.enum(["home", "away"]);
export type Side = z.infer<typeof Side>;

const Minute = z.int().min(1).max(120);

export const Goal = z.object({ id: z.string(), side: Side, minute: Minute });
export type Goal = z.infer<typeof Goal>;

const Fixture = z.object({
  id: z.string(),
  home: z.string(),
  away: z.string(),
  /** The historical result. */
  result: z.object({ home: z.int(), away: z.int() }),
});

export const Match = Fixture.extend({ over: z.boolean(), goals: z.array(Goal) });
export type Match = z.infer<typeof Match>;

const matchErrors = {
  matchNotFound: { status: 404, data: z.object({ matchId: z.string() }) },
  matchOver: { status: 409, data: z.object({ matchId: z.string() }) },
} as const;

const change = (matches: readonly Match[], matchId: string, to: (match: Match) => Match) =>
  matches.map((match) => (match.id === matchId ? to(match) : match));

export const scores = {
  /**
   * One topic contains everything that the page shows, including timelines, so nothing can get out of step. The fold
   * decides: a goal after full time changes nothing, whoever publishes it.
   */
  board: subscription({
    events: {
      /** The current minute of all matches. */
      minute: z.object({ minute: Minute }),
      matchDay: z.object({ competition: z.string(), date: isoDate, fixtures: z.array(Fixture) }),
      goal: z.object({ matchId: z.string(), goal: Goal }),
      goalUndone: z.object({ matchId: z.string(), goalId: z.string() }),
      fullTime: z.object({ matchId: z.string() }),
      kickOff: z.object({ matchId: z.string() }),
    },
    state: {
      schema: z.object({
        competition: z.string(),
        date: isoDate,
        minute: Minute.nullable(),
        matches: z.array(Match),
      }),
      initial: { competition: "", date: new Date(0), minute: null, matches: [] },
      apply: {
        matchDay: (_, { fixtures, ...day }) => ({
          ...day,
          minute: null,
          matches: fixtures.map((fixture) => ({ ...fixture, over: false, goals: [] })),
        }),
        minute: (board, { minute }) => ({ ...board, minute }),
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
  /** The caller chooses `reportId`: a report that is sent twice counts once. It becomes the goal's id. */
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
};
