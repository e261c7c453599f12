/** Where a client takes its time from; tests pass one that they turn by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch, as the machine's clock has it now. */
  now(): number;
  /**
   * Milliseconds since whenever, by a clock that nobody can set: what timeouts are measured by. Default: `now`, for a clock that
   * only goes forward.
   */
  monotonic?(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Longest delay that timers keep; a longer one would fire at once. */
export const maxDelay = 2 ** 31 - 1;

/** The machine's own time. Looks timers up when they are set, so that a test may replace the globals. */
export const systemClock: Required<Clock> = {
  now: () => Date.now(),
  monotonic: () => globalThis.performance?.now() ?? Date.now(),
  setTimeout: (run, ms) => setTimeout(run, Math.min(ms, maxDelay)),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
