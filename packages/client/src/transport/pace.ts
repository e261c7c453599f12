import type { Clock } from "../platform/clock.js";

// A burst, and then one in so many milliseconds. PROTOCOL §11.
const burst = 10;
const interval = 1_000;

/** Least base of the backoff that a server's `retry:` may set, in milliseconds: from 0 no delay would ever grow. */
export const leastBase = 100;

/**
 * Keeps a subscription from opening streams without a pause, whatever its servers say or do: a `retry: 0`, a `$drain` with each
 * stream, an authorisation that ends as soon as it is renewed.
 */
export interface Pace {
  /** Milliseconds until the next attempt is in order. */
  wait(): number;
  /** An attempt is made. */
  take(): void;
}

export function createPace(clock: Required<Pick<Clock, "monotonic">>): Pace {
  /** When the burst will be at full length again. */
  let restedAt = 0;
  const slack = (burst - 1) * interval;
  return {
    // Bounded, since a clock of the application's may go backwards.
    wait: () => Math.min(interval, Math.max(0, restedAt - slack - clock.monotonic())),
    take() {
      const now = clock.monotonic();
      restedAt = Math.min(Math.max(restedAt, now), now + slack) + interval;
    },
  };
}
