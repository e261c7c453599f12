import type { EventInputOf } from "@sluice/contract";
import type { MiddlewareArgs, Publish, Sluice } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import { readMatchDay } from "./data.ts";
import { s } from "./implementer.ts";

type BoardEvent = EventInputOf<typeof contract.scores.board>;
type MatchErrors = (typeof contract.scores.report)["errors"];

export function scores() {
  /** Finds the match that a mutation is about. */
  const withMatch = async ({
    input,
    errors,
    state,
    next,
  }: MiddlewareArgs<object, { matchId: string }, MatchErrors>) => {
    const board = await state(contract.scores.board, undefined);
    const match = board.state.matches.find(({ id }) => id === input.matchId);
    if (!match) throw errors.matchNotFound({ data: { matchId: input.matchId } });
    return next({ context: { match } });
  };

  return {
    board: s.scores.board.live(),

    report: s.scores.report.use(withMatch).handler(({ input, context: { match }, errors, publish }) => {
      const { reportId, matchId, side, minute } = input;
      // A report that is repeated after full time was counted the first time.
      const isCounted = match.goals.some(({ id }) => id === reportId);
      if (match.over && !isCounted) throw errors.matchOver({ data: { matchId } });
      return toBoard(publish, { type: "goal", data: { matchId, goal: { id: reportId, side, minute } } }, reportId);
    }),

    undo: s.scores.undo.use(withMatch).handler(({ input, context: { match }, errors, publish }) => {
      if (match.over) throw errors.matchOver({ data: { matchId: input.matchId } });
      return toBoard(publish, { type: "goalUndone", data: input }, `undo ${input.goalId}`);
    }),

    fullTime: s.scores.fullTime
      .use(withMatch)
      .handler(({ input, publish }) => toBoard(publish, { type: "fullTime", data: input })),

    kickOff: s.scores.kickOff
      .use(withMatch)
      .handler(({ input, publish }) => toBoard(publish, { type: "kickOff", data: input })),
  };
}

const toBoard = (publish: Publish, event: BoardEvent, idempotencyKey?: string) =>
  publish(contract.scores.board, undefined, event, { idempotencyKey });

/** Publishes the fixtures, unless the log has them from an earlier run. */
export async function setUpScores({ publish, state }: Pick<Sluice, "publish" | "state">): Promise<void> {
  const board = await state(contract.scores.board, undefined);
  if (board.state.matches.length === 0) await toBoard(publish, { type: "matchDay", data: readMatchDay() }, "set-up");
}
