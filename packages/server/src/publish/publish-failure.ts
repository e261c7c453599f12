import { SluiceError, type UnknownOutcome } from "@sluice/contract";
import { LogError } from "@sluice/log";

/** Those that a log caused. */
const causedByLog = new WeakSet<SluiceError>();

/** The error of a publish whose events may be in the log. Only with an idempotency key is a retry safe. */
export function unknownOutcome(isKeyed: boolean, cause?: unknown): SluiceError {
  const data: UnknownOutcome = { outcome: "unknown", isKeyed };
  const message = "It is not known whether the events were appended: the log has not answered, or failed half-way";
  return noted(new SluiceError("unavailable", { message, data, cause, ...(isKeyed && { retryAfter: 1_000 }) }));
}

/**
 * The error that the caller of `publish` gets.
 *
 * @param isSent an append was sent. What fails before that, such as a read, has changed nothing.
 */
export function publishFailure(error: unknown, { isKeyed, isSent }: { isKeyed: boolean; isSent: boolean }): unknown {
  if (!LogError.is(error)) return error;
  if (isSent && error.code === "unknown") return unknownOutcome(isKeyed, error);
  const message = "The events' store can't take events at the moment: nothing was appended";
  return noted(new SluiceError("unavailable", { message, cause: error, retryAfter: 1_000 }));
}

/** Whether a log made a publish fail. A client that gets the error from a handler does not see the cause. */
export const isPublishFailure = (error: unknown): boolean => causedByLog.has(error as SluiceError);

function noted(error: SluiceError): SluiceError {
  causedByLog.add(error);
  return error;
}
