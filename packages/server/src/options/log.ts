import type { AnyProcedure } from "@sluice/contract";
import { shown } from "@sluice/contract/internal";
import type { Log } from "@sluice/log";

/** @throws TypeError if `log` is not a log. */
export function checkLog(of: string, log: Log): void {
  if (typeof log?.append === "function") return;
  throw new TypeError(`${of}: log is ${shown(log)}; allowed is a log, such as memoryLog() gives.`);
}

export const subscriptionPaths = (procedures: Iterable<AnyProcedure>): string[] =>
  [...procedures].flatMap(({ kind, path }) => (kind === "subscription" ? [path] : []));
