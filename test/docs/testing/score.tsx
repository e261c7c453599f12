import type { Client } from "@sluice/client";
import { sluiceMutation } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { useMutation } from "@tanstack/react-query";
import type { contract } from "./contract.js";

export function Score({ client, matchId }: { client: Client<typeof contract>; matchId: string }) {
  const { data, connection } = useSubscription(client.scores.watch, { matchId });
  const report = useMutation(sluiceMutation(client.scores.report));
  return (
    <>
      <p>{data && `${data.home} : ${data.away}`}</p>
      <i>{connection.status}</i>
      <button type="button" onClick={() => report.mutate({ matchId, team: "home", minute: 12 })}>
        Goal
      </button>
      <b>{report.error?.code}</b>
    </>
  );
}
