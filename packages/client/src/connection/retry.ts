import { errorTable, isBuiltInCode, type SluiceError } from "@sluice/contract";
import { maxDelay } from "./clock.js";

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
  next(minimum?: number): number;
  /** The new base, in milliseconds. */
  rebase(ms: number): void;
  reset(): void;
}

export function createBackoff({ base, max, random }: BackoffOptions): Backoff {
  let current = base;
  let failures = 0;
  return {
    next(minimum = 0) {
      const bound = Math.min(max, current * 2 ** failures);
      failures++;
      return Math.min(maxDelay, Math.round(minimum + random() * bound));
    },
    rebase(ms) {
      current = ms;
    },
    reset() {
      failures = 0;
    },
  };
}
