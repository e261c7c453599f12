import { type AnySubscription, errorTable, isBuiltInCode } from "@sluice/contract";
import type { Report } from "../options/on-error.js";
import { isToReport, reported, toPublicError } from "../procedure/errors.js";
import type { Lane } from "../stream/lane.js";

export interface Failure {
  readonly error: unknown;
  readonly procedure: AnySubscription;
  readonly context: unknown;
  readonly isFinal: boolean;
  readonly report: Report;
}

/** Ends a lane with what its client gets to see of an error, and reports what it doesn't. */
export function failLane(lane: Lane, { error, procedure, context, isFinal, report }: Failure): void {
  const { path, errors } = procedure;
  const seen = toPublicError(error, errors);
  if (isToReport(error, seen)) report(reported(error, seen), path, context);
  const { code, message, data } = seen;
  const isTemporary = isBuiltInCode(code) && errorTable[code].retry !== "no";
  lane.finish({ kind: "error", code, message, data, final: isFinal || !isTemporary });
}
