import type { Goal, Match, Side } from "../../../shared/scores.ts";

export const sides: readonly Side[] = ["home", "away"];

export const goalsOf = (match: Match, side: Side): readonly Goal[] =>
  match.goals.filter((goal) => goal.side === side).sort((a, b) => a.minute - b.minute);

export const scoreOf = (match: Match): Record<Side, number> => ({
  home: goalsOf(match, "home").length,
  away: goalsOf(match, "away").length,
});
