import { createClient } from "@sluice/client";
import { useSubscription } from "@sluice/client/react";
import { contract } from "./contract.js";

export const client = createClient(contract, { url: "/api" });

export function Score({ matchId }: { matchId: string }) {
  const { data, connection } = useSubscription(client.scores.watch, { matchId });
  return <p>{data ? `${data.home} : ${data.away}` : connection.status}</p>;
}
