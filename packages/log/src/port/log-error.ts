/**
 * The store failed. A caller's own mistakes are a RangeError or a TypeError instead. The memory engine never throws a LogError.
 *
 * - `unavailable`: the store can't be reached, and nothing happened. Try again later.
 * - `unknown`: the store did not answer in time, so an append may or may not have happened. Only a retry with the same
 *   `idempotencyKey` or the same `after` is safe.
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

  /** Whether `error` is a LogError, also of another copy of this package. Never throws. */
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
