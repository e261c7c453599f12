import { isTooOld } from "./board.js";
import type { History } from "./history.js";
import { botLength, type Kind } from "./kinds.js";
import { endAfter, promptOf, wasBegunOtherwise } from "./runs.js";

/** How a subscription ended, and what its subscriber had been told before. */
export interface End {
  readonly kind: Kind;
  /** `"end"`, or the error's code. */
  readonly end: string;
  readonly at: string | undefined;
  /** Events that were told. */
  readonly told: number;
  /** How often in a row it was told that its credentials are good for nothing. */
  readonly refusals: number;
  readonly isForbidden: boolean;
}

const isRun = (kind: Kind) => promptOf(kind) !== undefined;

/** Whether a subscription may end so; all else is a failure. */
export function isProper({ kind, end, at, told, refusals, isForbidden }: End, history: History): boolean {
  if (end === "forbidden") return isForbidden;
  if (end === "unauthorized") return refusals > 1; // renewed in between, and in vain
  // A run with state goes on after a gap, unless it is gone with its log; in which case a reset was told.
  if (end === "gap") return kind.topic !== undefined && (kind.onGap === "fail" || (isRun(kind) && at === undefined));
  // A state that lacks an event is never shown as current. (Where a client doesn't know what it is told, and nothing folds, it goes on.)
  if (end === "contractMismatch")
    return !!kind.fold && !!kind.edition && isTooOld(history, kind.edition, kind.topic ?? "", at);
  if (kind.topic === undefined) {
    return (end === "end" && told === botLength) || (end === "interrupted" && kind.name === "bot/once");
  }
  const prompt = promptOf(kind);
  if (prompt === undefined) return false;
  if (end === "conflict") return wasBegunOtherwise(history, prompt);
  return at === undefined ? end === "interrupted" : endAfter(history, at) === end;
}
