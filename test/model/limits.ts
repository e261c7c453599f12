import type { Limits } from "@sluice/server";
import type { Exchange, Ledger } from "./ledger.js";

export type ModelLimits = Partial<Pick<Limits, "streams" | "streamsPerClient">>;

const sameUser =
  ({ credentials: { user } }: Exchange) =>
  (each: Exchange) =>
    each.credentials.user === user;

/** Reports an unnecessary refusal. A server may count streams that are being opened and streams that are closing. */
export function complaintOfRefusal(
  status: number,
  refused: Exchange,
  { exchanges }: Ledger,
  { streams = Number.POSITIVE_INFINITY, streamsPerClient = Number.POSITIVE_INFINITY }: ModelLimits,
): string | undefined {
  const others = [...exchanges].filter((each) => each !== refused);
  const { session, user } = refused.credentials;
  if (status === 503 && others.length < streams) return `${session} was refused beside ${others.length} others`;
  const own = others.filter(sameUser(refused)).length;
  return status === 429 && own < streamsPerClient
    ? `${session} was refused beside ${own} others of ${user}`
    : undefined;
}

/** Reports the limits that a server exceeds. */
export function complaintsOfCrowd({ open }: Ledger, limits: ModelLimits): string[] {
  const { streams = Number.POSITIVE_INFINITY, streamsPerClient = Number.POSITIVE_INFINITY } = limits;
  const complaints = open.length > streams ? [`${open.length} streams are open, where ${streams} may be`] : [];
  for (const one of open) {
    const own = open.filter(sameUser(one)).length;
    const { user } = one.credentials;
    if (own > streamsPerClient) complaints.push(`${user} has ${own} streams, where ${streamsPerClient} may be`);
  }
  return complaints;
}
