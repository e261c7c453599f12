import type { DisconnectFilter } from "@sluice/server";
import type { Reason } from "./access.js";
import { isMeant } from "./ledger.js";
import type { Instance } from "./site.js";

export type Disconnection = DisconnectFilter & { readonly reason: Reason };

/** Ends the streams that a filter selects on a server, and checks the ledger at once. */
export function disconnectAt(
  { sluice, ledger }: Instance,
  filter: Disconnection,
  blame: (what: string) => void,
): { readonly ended: number; readonly told: Promise<unknown> } {
  const { open } = ledger;
  let ended = 0;
  const told = sluice.disconnect(filter); // what it ends here, it ends in this turn
  for (const { credentials, end } of open) {
    const name = `the stream of ${credentials.session} (${credentials.topic})`;
    const told = JSON.stringify(filter);
    if (!isMeant(filter, credentials)) {
      if (end !== undefined) blame(`${name} ended with ${end} by ${told}, which does not mean it`);
      continue;
    }
    ended++;
    // If the credentials had already expired, with nothing written since, the stream ends with that instead.
    const hasExpired = end === "unauthorized" && credentials.expiresAt !== undefined;
    if (end !== filter.reason && !hasExpired) blame(`${name} goes on after ${told}; its end is ${end}`);
  }
  return { ended, told };
}
