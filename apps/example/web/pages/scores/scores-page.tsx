import { useSubscription } from "@sluice/client/react";
import { useState } from "react";
import { client } from "../../client.ts";
import { useLostHistory } from "../../components/lost-history.tsx";
import { Page } from "../../components/page.tsx";
import { Toasts, useToasts } from "../../components/toasts.tsx";
import { scoreOf } from "./match.ts";
import { MatchConsole } from "./match-console.tsx";
import { MatchList } from "./match-list.tsx";

export function ScoresPage() {
  const [chosen, choose] = useState<string>();
  const [toasts, toast] = useToasts();
  const { lost, onReset } = useLostHistory();
  const board = useSubscription(client.scores.board, undefined, {
    onReset,
    on: {
      goal({ matchId, goal }) {
        const match = board.data?.matches.find(({ id }) => id === matchId);
        if (match) toast({ text: `Goal for ${match[goal.side]}`, detail: `${goal.minute}′`, about: matchId });
      },
    },
  });
  const matches = board.data?.matches ?? [];
  const match = matches.find(({ id }) => id === chosen) ?? matches.find(({ id }) => id === "norwich") ?? matches[0];
  const goals = matches.reduce((sum, each) => sum + scoreOf(each).home + scoreOf(each).away, 0);

  return (
    <Page
      title="Scores"
      lede="A match day as live state: the server and this page fold the same events with the same code. A match takes three minutes, then the next one starts. Report a goal and see it in every other window."
      connections={{ "scores/board": board.connection }}
      lost={lost}
    >
      {board.status === "error" && <p role="alert">{board.error.message}</p>}
      {board.data && (
        <>
          <p className="match-day">
            {board.data.competition}, {board.data.date.toLocaleDateString("en-GB", { dateStyle: "full" })}
            <span>
              {board.data.minute !== null && ` · ${board.data.minute}′`} · {goals === 1 ? "1 goal" : `${goals} goals`}
            </span>
          </p>
          <div className="scores">
            <MatchList matches={matches} chosen={match?.id} onChoose={choose} news={toasts.map(({ about }) => about)} />
            {match && <MatchConsole key={match.id} match={match} now={board.data.minute} />}
          </div>
        </>
      )}
      <Toasts toasts={toasts} />
    </Page>
  );
}
