import { type AnyProcedure, type ContractTree, proceduresOf, shown } from "@sluice/contract";
import type { Log } from "@sluice/log";

/**
 * Checks the log option. The log has options per path but does not know the contract, so their paths are checked here.
 *
 * @throws TypeError if `log` is not a log, or one of its paths is not a subscription's.
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
      `${of}: the log has an override for ${shown(path)}, which is not a subscription; the subscriptions are ${there}.`,
    );
  }
}

export const subscriptionPaths = (procedures: Iterable<AnyProcedure>): string[] =>
  [...procedures].flatMap(({ kind, path }) => (kind === "subscription" ? [path] : []));
