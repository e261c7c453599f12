import type { AnySubscription, SluiceError } from "@sluice/contract";
import { retryOf } from "@sluice/contract/internal";
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

/** Ends a lane with what its client gets to see of an error, and reports what it doesn't. */
export const failLane = (lane: Lane, failure: Failure): void => lane.finish(errorFrame(seenOf(failure), failure));

/** The `$error` of a lane that is not opened, and says all that a response would say. Reports what it doesn't. */
export function refusalOf(failure: Omit<Failure, "isFinal">): ErrorFrame {
  const seen = seenOf(failure);
  const { issues, retryAfter } = seen;
  return {
    ...errorFrame(seen, { isFinal: false }),
    ...(issues && { issues }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
}

function seenOf({ error, procedure: { path, errors }, context, report }: Omit<Failure, "isFinal">): SluiceError {
  const seen = toPublicError(error, errors);
  if (isToReport(error, seen)) report(reported(error, seen), path, context);
  return seen;
}

function errorFrame({ code, message, data }: SluiceError, { isFinal }: Pick<Failure, "isFinal">): ErrorFrame {
  const isTemporary = retryOf(code) !== "no";
  return { kind: "error", code, message, data, final: isFinal || !isTemporary };
}
