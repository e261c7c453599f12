import { type AnySubscription, errorTable, isBuiltInCode } from "@sluice/contract";
import type { ErrorFrame } from "@sluice/contract/wire";
import type { Report } from "../options/on-error.js";
import { isToReport, reported, toPublicError } from "../procedure/errors.js";
import type { Lane } from "../stream/lane.js";

export interface Failure {
  readonly error: unknown;
  readonly procedure: Pick<AnySubscription, "path" | "errors">;
  readonly context: unknown;
  readonly isFinal: boolean;
  readonly report: Report;
}

/** What the client of a lane gets to see of an error. Reports what it doesn't. */
export function errorFrame({ error, procedure, context, isFinal, report }: Failure): ErrorFrame {
  const { path, errors } = procedure;
  const seen = toPublicError(error, errors);
  if (isToReport(error, seen)) report(reported(error, seen), path, context);
  const { code, message, data } = seen;
  const isTemporary = isBuiltInCode(code) && errorTable[code].retry !== "no";
  return { kind: "error", code, message, data, final: isFinal || !isTemporary };
}

/** Ends a lane with an error. */
export const failLane = (lane: Lane, failure: Failure): void => lane.finish(errorFrame(failure));
