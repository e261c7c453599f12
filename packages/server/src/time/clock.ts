/** The source of time. Tests inject their own. */
export interface Clock {
  /** Milliseconds since the Unix epoch, by the machine's clock. `expiresAt` is compared with it. */
  now(): number;
  /**
   * Milliseconds since an arbitrary point, by a clock that cannot be set. Intervals and timeouts are measured with it.
   * Default: `now`, which must then only go forward.
   */
  monotonic?(): number;
  setInterval(callback: () => void, ms: number): unknown;
  clearInterval(handle: unknown): void;
}

/** The machine's time. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setInterval(callback, ms) {
    const timer: { unref?(): void } = setInterval(callback, ms);
    timer.unref?.(); // in Node and Bun; elsewhere it is a number
    return timer;
  },
  clearInterval: (handle) => clearInterval(handle as NodeJS.Timeout),
};
