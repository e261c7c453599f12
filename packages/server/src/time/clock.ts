/** Time, injected: tests drive it by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch, as the machine's clock has it now: what `expiresAt` is held against. */
  now(): number;
  /**
   * Milliseconds since whenever, by a clock that nobody can set: what intervals and timeouts are measured by. Default: `now`, for a
   * clock that only goes forward.
   */
  monotonic?(): number;
  setInterval(callback: () => void, ms: number): unknown;
  clearInterval(handle: unknown): void;
}

/** The machine's own time. Its timers keep no process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setInterval: (callback, ms) => setInterval(callback, ms).unref(),
  clearInterval: (handle) => clearInterval(handle as NodeJS.Timeout),
};
