import type { ErrorOf } from "@sluice/client";
import { sluiceMutation } from "@sluice/client/query";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import type { contract } from "../../../shared/contract.ts";
import type { Match, Side } from "../../../shared/scores.ts";
import { client } from "../../client.ts";
import { goalsOf, scoreOf, sides } from "./match.ts";
import { Timeline } from "./timeline.tsx";
import { useReportIds } from "./use-report-ids.ts";

interface MatchConsoleProps {
  readonly match: Match;
  /** The current minute, if the match day runs. */
  readonly now: number | null;
}

/** A form to report and take back the goals of a match. */
export function MatchConsole({ match, now }: MatchConsoleProps) {
  const reportIds = useReportIds();
  const report = useMutation({
    ...sluiceMutation(client.scores.report),
    onSuccess: (_, { side }) => reportIds.spend(side),
  });
  const undo = useMutation(sluiceMutation(client.scores.undo));
  const fullTime = useMutation(sluiceMutation(client.scores.fullTime));
  const kickOff = useMutation(sluiceMutation(client.scores.kickOff));
  // The latest attempt: if it succeeds, the page no longer shows an earlier failure.
  const { error } = [report, undo, fullTime, kickOff].reduce((a, b) => (b.submittedAt > a.submittedAt ? b : a));

  const [typed, setTyped] = useState<number>();
  const minute = typed ?? now ?? nextMinute(match);
  const isMinute = Number.isInteger(minute) && minute >= 1 && minute <= 120;
  const matchId = match.id;
  const score = scoreOf(match);

  const goal = (side: Side) => {
    report.mutate({ reportId: reportIds.idFor(side), matchId, side, minute });
    setTyped(undefined);
  };

  return (
    <section className="console card" aria-labelledby="console-title">
      <h2 id="console-title" className="visually-hidden">
        {match.home} against {match.away}
      </h2>
      <div className="scoreboard">
        {sides.map((side) => (
          <div key={side}>
            <strong>{score[side]}</strong>
            <span>{match[side]}</span>
          </div>
        ))}
      </div>
      <Timeline match={match} />

      {match.over ? (
        <div className="verdict">
          <p>
            Full time. In history it ended {match.result.home}–{match.result.away}.
          </p>
          <button type="button" className="button" onClick={() => kickOff.mutate({ matchId })}>
            Kick off again
          </button>
        </div>
      ) : (
        <fieldset className="report">
          <legend>Report a goal</legend>
          <label>
            Minute
            <input
              type="number"
              min={1}
              max={120}
              value={Number.isNaN(minute) ? "" : minute}
              onChange={({ target }) => setTyped(target.valueAsNumber)}
            />
          </label>
          {sides.map((side) => (
            <button key={side} type="button" className="button primary" disabled={!isMinute} onClick={() => goal(side)}>
              Goal <span>{match[side]}</span>
            </button>
          ))}
        </fieldset>
      )}

      <ol className="goals" aria-label="Goals">
        {sides
          .flatMap((side) => goalsOf(match, side))
          .sort((a, b) => a.minute - b.minute)
          .map(({ id, side, minute }) => (
            <li key={id} data-side={side}>
              <b>{minute}′</b> {match[side]}
              {!match.over && (
                <button
                  type="button"
                  className="link-button"
                  aria-label={`Undo the goal of ${match[side]} in minute ${minute}`}
                  onClick={() => undo.mutate({ matchId, goalId: id })}
                >
                  Undo
                </button>
              )}
            </li>
          ))}
      </ol>
      {match.goals.length === 0 && <p className="hint">No goals yet.</p>}
      {!match.over && (
        <button type="button" className="button small end" onClick={() => fullTime.mutate({ matchId })}>
          Full time
        </button>
      )}
      {error && (
        <p className="failure" role="alert">
          {sentences[error.code] ?? error.message}
        </p>
      )}
    </section>
  );
}

/** Texts for the errors that visitors are likely to see. The codes are those of the contract and of Sluice. */
const sentences: Partial<Record<ErrorOf<typeof contract.scores.report>["code"], string>> = {
  matchOver: "The match is over.",
  network: "The server cannot be reached. Try again: a goal that was counted will not count twice.",
};

const nextMinute = ({ goals }: Match) => Math.min(90, Math.max(0, ...goals.map(({ minute }) => minute)) + 7);
