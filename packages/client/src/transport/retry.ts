import type { retryOf } from "@sluice/contract/internal";
import { maxDelay } from "../platform/clock.js";

/** After a failed attempt: retry, call the refresh hook and retry, or give up. */
export type Retry = ReturnType<typeof retryOf>;

export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. */
  readonly base: number;
  /** Upper bound of every delay, in milliseconds. */
  readonly max: number;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** Full jitter: a delay is random between 0 and a bound that doubles with every failure. */
export interface Backoff {
  /** Milliseconds until the next attempt. `minimum` is added, so that clients are spread after it, too. */
  next(minimum?: number, isNetwork?: boolean): number;
  /** Milliseconds until an attempt that will probably fail. */
  rare(): number;
  /** The new base, in milliseconds. */
  rebase(ms: number): void;
  /**
   * A stream was live for `ms` milliseconds. The count of failures halves for every `base` of that time. If less than
   * one is left, the network may be flapping, and failures during the next 2.5 × `base` don't count.
   */
  lived(ms: number): void;
}

export function createBackoff({ base, max, random }: BackoffOptions, now: () => number): Backoff {
  let current = base;
  let failures = 0;
  let flapsUntil = 0;
  /** The first delay after a live stream is a full one: thousands of clients may have been cut at once. */
  let isFirst = false;
  return {
    next(minimum = 0, isNetwork = false) {
      const isFlapping = isNetwork && !isFirst && now() < flapsUntil;
      isFirst = false;
      // Even delays: a network that is back after 2 × `base` is found within 3 × `base`, and not by all clients at
      // once.
      if (isFlapping) return Math.round(Math.min(max, current * (0.6 + 0.3 * random())));
      const bound = Math.min(max, current * 2 ** failures);
      failures++;
      return Math.min(maxDelay, Math.round(minimum + random() * bound));
    },
    rare: () => Math.round(max * (0.5 + 0.5 * random())),
    rebase(ms) {
      current = ms;
    },
    lived(ms) {
      const unit = Math.max(1, current);
      // Failures beyond the longest delay haven't made it longer, so they don't count.
      failures = Math.min(failures, Math.log2(Math.max(1, max / unit))) / 2 ** (ms / unit);
      isFirst = failures < 1;
      flapsUntil = isFirst ? now() + 2.5 * unit : 0;
    },
  };
}
