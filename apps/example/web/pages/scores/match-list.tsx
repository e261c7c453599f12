import type { Match } from "../../../shared/scores.ts";
import { goalsOf, scoreOf, sides } from "./match.ts";

interface MatchListProps {
  readonly matches: readonly Match[];
  readonly chosen: string | undefined;
  readonly onChoose: (matchId: string) => void;
  /** Matches with a recent goal. */
  readonly news: readonly string[];
}

/** The board, made of radio buttons, so the arrow keys choose a match. */
export function MatchList({ matches, chosen, onChoose, news }: MatchListProps) {
  return (
    <fieldset className="board card">
      <legend className="visually-hidden">Matches</legend>
      {matches.map((match) => {
        const { home, away } = scoreOf(match);
        return (
          <label key={match.id} className="match" data-match={match.id} data-news={news.includes(match.id)}>
            <input
              type="radio"
              name="match"
              className="visually-hidden"
              checked={match.id === chosen}
              onChange={() => onChoose(match.id)}
            />
            <span className="team home">{match.home}</span>
            <span className="score">
              {home}
              <span className="visually-hidden"> to </span>
              <span aria-hidden="true">–</span>
              {away}
            </span>
            <span className="team away">{match.away}</span>
            {sides.map((side) => (
              <span key={side} className={`minutes ${side}`}>
                {goalsOf(match, side)
                  .map(({ minute }) => `${minute}′`)
                  .join(" ")}
              </span>
            ))}
            <span className="match-status">{match.over ? "Full time" : ""}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
