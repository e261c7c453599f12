"use client";

import { client } from "../client";
import { Score } from "../score";

/** The component with the browser's client, which a server component can't hand over. */
export function LiveScore({ matchId }: { matchId: string }) {
  return <Score client={client} matchId={matchId} />;
}
