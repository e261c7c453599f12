"use client";

import { useSubscription } from "@sluice/client/react";
import { client } from "./client";

export function Score({ matchId }: { matchId: string }) {
  const { data, connection } = useSubscription(client.scores.watch, { matchId });
  return <p id="score">{data ? `${data.home} : ${data.away}` : connection.status}</p>;
}
