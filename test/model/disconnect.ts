import type { DisconnectFilter } from "@sluice/server";
import { turns } from "../conformance/turns.js";
import type { Reason } from "./access.js";
import { isMeant, type Served } from "./ledger.js";
import type { Instance } from "./site.js";

export type Disconnection = DisconnectFilter & { readonly reason: Reason };

/** Ends the streams that a filter selects on a server, and checks the ledger at once. */
export function disconnectAt(
  { sluice, ledger }: Instance,
  filter: Disconnection,
  blame: (what: string) => void,
): { readonly ended: number; readonly told: Promise<unknown> } {
  const { served } = ledger;
  const meant = served.filter(({ credentials }) => isMeant(filter, credentials));
  const isMeantBy = JSON.stringify(filter);
  function check(one: Served): void {
    const { credentials, end } = one;
    // If the credentials had already expired, with nothing written since, the stream ends with that instead.
    const hasExpired = end === "unauthorized" && credentials.expiresAt !== undefined;
    if (end !== filter.reason && !hasExpired) blame(`${nameOf(one)} goes on after ${isMeantBy}; its end is ${end}`);
  }
  const said = sluice.disconnect(filter); // what it ends here, it ends in this turn
  said.catch(() => {}); // told to who waits for it
  for (const one of served) {
    if (meant.includes(one)) {
      if (!one.isLane) check(one);
    } else if (one.end !== undefined) {
      blame(`${nameOf(one)} ended with ${one.end} by ${isMeantBy}, which does not mean it`);
    }
  }
  const told = turns(1).then(() => {
    for (const one of meant) if (one.isLane && (one.isOpen || one.end !== undefined)) check(one);
    return said;
  });
  return { ended: meant.length, told };
}

const nameOf = ({ credentials: { session, topic } }: Served) => `the stream of ${session} (${topic})`;
