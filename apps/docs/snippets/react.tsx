// #region imports
import { sluiceKey, sluiceMutation, sluicePending, sluiceQuery, sluiceSubscription } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { skipToken, useMutation, useQuery, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ScoresClient } from "./client.js";
// #endregion imports

// #region state
export function Score({ client, matchId }: { client: ScoresClient; matchId: string }) {
  const { data, status, error, connection } = useSubscription(client.scores.watch, { matchId });
  if (status === "pending") return <p>{connection.status}…</p>;
  if (status === "error") return <p>Sorry: {error.code}</p>;
  return (
    <p>
      {data.home} : {data.away} {connection.status !== "live" && <small>({connection.status})</small>}
    </p>
  );
}
// #endregion state

// #region handlers
export function Goals({ client, matchId }: { client: ScoresClient; matchId: string }) {
  const [said, say] = useState("no goal yet");
  useSubscription(
    client.scores.watch,
    { matchId },
    {
      on: { goal: ({ minute }) => say(`Goal in minute ${minute}`) }, // every event, in order
      onReset: ({ reason }) => say(`Some goals were missed (${reason})`),
    },
  );
  return <p>{said}</p>;
}
// #endregion handlers

// #region views
export function Ticker({ client, symbol }: { client: ScoresClient; symbol: string | undefined }) {
  const input = symbol ? { symbol } : skipToken; // nothing is opened without a symbol
  const { data: latest } = useSubscription(client.prices.ticks, input, { list: 50 });
  const { data: high } = useSubscription(client.prices.ticks, input, {
    fold: { key: "high", initial: 0, step: (highest, { data }) => Math.max(highest, data.price) },
  });
  return (
    <p>
      {latest?.length ?? 0} ticks, up to {high ?? 0}
    </p>
  );
}
// #endregion views

// #region queries
export function Matches({ client }: { client: ScoresClient }) {
  const queryClient = useQueryClient();
  const { data = [] } = useQuery(sluiceQuery(client.scores.matches));
  const refresh = () => queryClient.invalidateQueries({ queryKey: sluiceKey(client.scores) }); // all below `scores`
  return (
    <button type="button" onClick={refresh}>
      {data.map(({ home, away }) => `${home} – ${away}`).join(", ")}
    </button>
  );
}
// #endregion queries

// #region suspense
export function SuspendedScore({ client, matchId }: { client: ScoresClient; matchId: string }) {
  const { data } = useSuspenseQuery(sluiceSubscription(client.scores.watch, { matchId }));
  return (
    <p>
      {data.home} to {data.away}
    </p>
  );
}
// #endregion suspense

// #region optimistic
export function Report({ client, matchId }: { client: ScoresClient; matchId: string }) {
  const report = useMutation(
    sluiceMutation(client.scores.report, {
      optimistic: ({ matchId, ...goal }) =>
        sluicePending(
          client.scores.watch,
          { matchId },
          {
            state: (score) => ({ ...score, [goal.team]: score[goal.team] + 1 }),
            echo: { goal: ({ team, minute }) => team === goal.team && minute === goal.minute },
          },
        ),
    }),
  );
  return (
    <button type="button" onClick={() => report.mutate({ matchId, team: "home", minute: 12 })}>
      {report.error?.code === "tooLate" ? `not after ${report.error.data.latest}` : "Goal!"}
    </button>
  );
}
// #endregion optimistic

// #region retry
export function Reporter({ client, matchId }: { client: ScoresClient; matchId: string }) {
  const report = useMutation({
    ...sluiceMutation(client.scores.report),
    retry: (count, error) => error.retryable && count < 3, // safe, as a goal that is reported twice counts once
  });
  return (
    <button type="button" onClick={() => report.mutate({ matchId, team: "home", minute: 12 })}>
      {report.isSuccess ? "reported" : (report.error?.code ?? "Goal!")}
    </button>
  );
}
// #endregion retry
