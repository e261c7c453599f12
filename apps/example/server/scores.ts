import type { EventInputOf } from "@sluice/contract";
import type { GetTopic, MiddlewareArgs, Sluice } from "@sluice/server";
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
    topic,
    next,
  }: MiddlewareArgs<object, { matchId: string }, MatchErrors>) => {
    const board = await topic(contract.scores.board).state();
    const match = board.state.matches.find(({ id }) => id === input.matchId);
    if (!match) throw errors.matchNotFound({ data: { matchId: input.matchId } });
    return next({ context: { match } });
  };

  return {
    board: s.scores.board.live(),

    report: s.scores.report.use(withMatch).handler(({ input, context: { match }, errors, topic }) => {
      const { reportId, matchId, side, minute } = input;
      // A report that is repeated after full time was counted the first time.
      const isCounted = match.goals.some(({ id }) => id === reportId);
      if (match.over && !isCounted) throw errors.matchOver({ data: { matchId } });
      return toBoard(topic, { type: "goal", data: { matchId, goal: { id: reportId, side, minute } } }, reportId);
    }),

    undo: s.scores.undo.use(withMatch).handler(({ input, context: { match }, errors, topic }) => {
      if (match.over) throw errors.matchOver({ data: { matchId: input.matchId } });
      return toBoard(topic, { type: "goalUndone", data: input }, `undo ${input.goalId}`);
    }),

    fullTime: s.scores.fullTime
      .use(withMatch)
      .handler(({ input, topic }) => toBoard(topic, { type: "fullTime", data: input })),

    kickOff: s.scores.kickOff
      .use(withMatch)
      .handler(({ input, topic }) => toBoard(topic, { type: "kickOff", data: input })),
  };
}

const toBoard = (topic: GetTopic, event: BoardEvent, idempotencyKey?: string) =>
  topic(contract.scores.board).publish(event, { idempotencyKey });

/** Publishes the fixtures, unless the log has them from an earlier run. */
export async function setUpScores({ topic }: Pick<Sluice, "topic">): Promise<void> {
  const board = await topic(contract.scores.board).state();
  if (board.state.matches.length === 0) await toBoard(topic, { type: "matchDay", data: readMatchDay() }, "set-up");
}
