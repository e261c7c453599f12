import { isTooOld } from "./board.js";
import type { History } from "./history.js";
import { botLength, type Kind } from "./kinds.js";
import { endAfter, promptOf, wasBegunOtherwise } from "./runs.js";

/** How a subscription ended, and what its subscriber had received before. */
export interface End {
  readonly kind: Kind;
  /** `"end"`, or the error's code. */
  readonly end: string;
  readonly at: string | undefined;
  /** The number of events received. */
  readonly told: number;
  /** How often in a row its credentials were refused. */
  readonly refusals: number;
  readonly isForbidden: boolean;
}

const isRun = (kind: Kind) => promptOf(kind) !== undefined;

/** Whether this is a valid end. Any other end is a failure. */
export function isProper({ kind, end, at, told, refusals, isForbidden }: End, history: History): boolean {
  if (end === "forbidden") return isForbidden;
  if (end === "unauthorized") return refusals > 1; // the renewed credentials were refused, too
  // A run with state continues after a gap, unless it was lost with its log. In that case there was a reset.
  if (end === "gap") return kind.topic !== undefined && (kind.onGap === "fail" || (isRun(kind) && at === undefined));
  // A client never shows a state without an event that it doesn't know. Without state, it skips the event and continues.
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
