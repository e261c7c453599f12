import { type AnyProcedure, SluiceError } from "@sluice/contract";
import { textNumber, WireError } from "@sluice/contract/wire";
import { isDevelopment } from "#development";

export const protocolError = (message: string, cause?: unknown) => new SluiceError("protocol", { message, cause });

export const networkError = (message: string | undefined, cause?: unknown) =>
  new SluiceError("network", { message, cause });

export const timeoutError = (message: string | undefined) => new SluiceError("timeout", { message });

export const aborted = (cause?: unknown) => new SluiceError("aborted", { cause });

/** The error of what is asked of a client after its `$close`. */
export const closedError = isDevelopment
  ? () => new SluiceError("aborted", { message: "This client was closed by $close()." })
  : aborted;

/** @param what names the value in the message, such as `The output`. */
export const mismatch = (what: string, { path }: AnyProcedure, cause: unknown) =>
  new SluiceError("contractMismatch", {
    message: isDevelopment ? `${what} of ${path} does not fit the contract.` : textNumber(13, path, what),
    cause,
  });

/**
 * The SluiceError of a failed attempt or call. Any other error means an unreadable response, such as a body that gives
 * no bytes, and a retry wouldn't help. Never throws, whatever `error` is.
 */
export function failureOf(error: unknown): SluiceError {
  try {
    if (SluiceError.is(error)) return error;
    const { message } = error as Error;
    if (error instanceof WireError) return protocolError(message, error);
    return protocolError(isDevelopment ? `The answer cannot be read: ${message}` : textNumber(12, message), error);
  } catch {
    return new SluiceError("protocol", { cause: error }); // reading it throws
  }
}
