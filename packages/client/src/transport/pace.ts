import type { Clock } from "../platform/clock.js";

// A burst of attempts, then one per interval, in milliseconds. PROTOCOL §11.
const burst = 10;
const interval = 1_000;

/** Least backoff base that a server's `retry:` can set, in milliseconds: from 0 no delay would grow. */
export const leastBase = 100;

/**
 * Limits the rate of attempts, whatever servers do: a `retry: 0`, a `$drain` on each stream, an authorisation that
 * expires as soon as it is renewed.
 */
export interface Pace {
  /** Milliseconds until the next attempt is allowed. */
  wait(): number;
  /** Counts an attempt. */
  take(): void;
}

export function createPace(clock: Required<Pick<Clock, "monotonic">>): Pace {
  /** When a full burst is allowed again. */
  let restedAt = 0;
  const slack = (burst - 1) * interval;
  return {
    // Bounded, as an application's clock may go backwards.
    wait: () => Math.min(interval, Math.max(0, restedAt - slack - clock.monotonic())),
    take() {
      const now = clock.monotonic();
      restedAt = Math.min(Math.max(restedAt, now), now + slack) + interval;
    },
  };
}
