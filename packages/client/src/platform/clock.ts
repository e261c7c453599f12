/** A client's source of time. Tests pass one that they advance by hand. */
export interface Clock {
  /** Wall-clock time, in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Milliseconds by a clock that is never set, from any start: timeouts are measured by it. Default: `now`, for a clock
   * that only goes forward.
   */
  monotonic?(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** Longest delay of a timer, in milliseconds: with a longer one it fires at once. */
export const maxDelay = 2 ** 31 - 1;

/** Looks the timer functions up with each call, so that a test can replace the globals. */
export const systemClock: Required<Clock> = {
  now: () => Date.now(),
  monotonic: () => globalThis.performance?.now() ?? Date.now(),
  setTimeout: (run, ms) => setTimeout(run, Math.min(ms, maxDelay)),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
