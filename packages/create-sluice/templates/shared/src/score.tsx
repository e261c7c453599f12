import type { Client } from "@sluice/client";
import { sluiceMutation } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { useMutation } from "@tanstack/react-query";
import type { contract } from "./contract";

export function Score({ client, matchId }: { client: Client<typeof contract>; matchId: string }) {
  const { data, connection } = useSubscription(client.scores.watch, { matchId });
  const report = useMutation(sluiceMutation(client.scores.report));
  return (
    <main>
      <p className={`status ${connection.status}`}>{connection.status}</p>
      <h1>{data ? `${data.home} : ${data.away}` : "– : –"}</h1>
      <p>
        <button type="button" onClick={() => report.mutate({ matchId, team: "home" })}>
          Goal for home
        </button>{" "}
        <button type="button" onClick={() => report.mutate({ matchId, team: "away" })}>
          Goal for away
        </button>
      </p>
      {report.error && <p role="alert">{report.error.message}</p>}
      <footer>
        Open this page in a second window: both have the same score. The events are in <code>src/contract.ts</code>.
      </footer>
    </main>
  );
}
