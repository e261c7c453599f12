import { errorTable, isBuiltInCode, type SluiceError } from "@sluice/contract";
import { maxDelay } from "../platform/clock.js";

/** What becomes of a failed attempt: another one, the refresh hook and then another one, or the end. */
export type Retry = "yes" | "refresh" | "no";

/** Built-in codes as the table says; codes that a contract declares, and unknown ones, never. PROTOCOL §11. */
export const retryOf = ({ code }: SluiceError): Retry => (isBuiltInCode(code) ? errorTable[code].retry : "no");

export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. */
  readonly base: number;
  /** Upper bound of every delay, in milliseconds. */
  readonly max: number;
  /** A number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

/** Full jitter: a delay is anywhere between 0 and a bound that doubles with every failure. */
export interface Backoff {
  /** Milliseconds until the next attempt: at least `minimum`, which comes on top so that it spreads clients too. */
  next(minimum?: number, isNetwork?: boolean): number;
  /** Milliseconds until an attempt that is hardly worth it. */
  rare(): number;
  /** The new base, in milliseconds. */
  rebase(ms: number): void;
  /**
   * A stream that was live for so long, in milliseconds, is over. The count of failures halves with every base of that time. Where
   * less than one is left the network may be flapping, and the failures of the next two and a half bases are not counted.
   */
  lived(ms: number): void;
}

export function createBackoff({ base, max, random }: BackoffOptions, now: () => number): Backoff {
  let current = base;
  let failures = 0;
  let flapsUntil = 0;
  /** The first delay after a stream is as long as any: whoever was cut comes back spread, as there may have been thousands. */
  let isFirst = false;
  return {
    next(minimum = 0, isNetwork = false) {
      const isFlapping = isNetwork && !isFirst && now() < flapsUntil;
      isFirst = false;
      // Evenly, so that a network that is gone for two bases is found back within three, and not all find it at once.
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
      // Those beyond the greatest delay made none longer, so they don't outlast it.
      failures = Math.min(failures, Math.log2(Math.max(1, max / unit))) / 2 ** (ms / unit);
      isFirst = failures < 1;
      flapsUntil = isFirst ? now() + 2.5 * unit : 0;
    },
  };
}
