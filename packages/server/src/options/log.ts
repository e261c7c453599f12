import { type AnyProcedure, type ContractTree, proceduresOf, shown } from "@sluice/contract";
import type { Log } from "@sluice/log";

/**
 * The paths that a log has options for are a contract's, of which it knows nothing: so this is where they are looked at.
 *
 * @throws TypeError for what is no log, and for a path that is no subscription's.
 */
export function checkLog(of: string, log: Log, contract: ContractTree): void {
  if (typeof log?.append !== "function") {
    throw new TypeError(`${of}: log is ${shown(log)}; allowed is a log, such as memoryLog() gives.`);
  }
  const paths = subscriptionPaths(proceduresOf(contract));
  for (const path of log.paths ?? []) {
    if (paths.includes(path)) continue;
    const there = paths.join(", ");
    throw new TypeError(
      `${of}: the log has an override for ${shown(path)}, which is no subscription; there are ${there}.`,
    );
  }
}

export const subscriptionPaths = (procedures: Iterable<AnyProcedure>): string[] =>
  [...procedures].flatMap(({ kind, path }) => (kind === "subscription" ? [path] : []));
