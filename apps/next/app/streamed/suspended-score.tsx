"use client";

import { sluiceSubscription } from "@sluice/client/query";
import { useSuspenseQuery } from "@tanstack/react-query";
import { client } from "../client";

export function SuspendedScore({ matchId }: { matchId: string }) {
  const { data } = useSuspenseQuery(sluiceSubscription(client.scores.watch, { matchId }));
  return <p id="score">{`${data.home} : ${data.away} ${data.last?.getUTCFullYear()}`}</p>;
}
