/**
 * What a store failed at, as opposed to a caller's own mistakes, which are RangeErrors and TypeErrors. Memory never throws it;
 * engines of stores do.
 *
 * - `unavailable`: the store could not be asked, and nothing happened. Try again later.
 * - `unknown`: the store did not answer in time, so an append may or may not have happened. Only a retry with the same
 *   `idempotencyKey`, or with the same `after`, is safe.
 *
 * @example
 * ```ts
 * throw new LogError("unavailable", "Redis at cache:6379 can't be reached.", { cause });
 * ```
 */
export class LogError extends Error {
  override readonly name = "LogError";
  readonly code: "unavailable" | "unknown";

  constructor(code: "unavailable" | "unknown", message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** Says whether `error` is one; also one that another copy of the package threw, as an engine may have its own. Never throws. */
  static is(error: unknown): error is LogError {
    try {
      if (!(error instanceof Error) || error.name !== "LogError") return false;
      const { code } = error as LogError;
      return code === "unavailable" || code === "unknown";
    } catch {
      return false; // a proxy's trap, or a getter
    }
  }
}
