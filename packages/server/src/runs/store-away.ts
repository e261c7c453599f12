import { LogError } from "@sluice/log";

/** Milliseconds between two attempts: the first and the longest delay. */
const [firstDelay, maxDelay] = [250, 5_000];

/** Milliseconds between two attempts to get a lease that somebody else holds. */
export const leaseDelay = 1_000;

/** Whether the store didn't answer an append, which may have happened. */
export const isUnknown = (error: unknown): boolean => LogError.is(error) && error.code === "unknown";

/** Milliseconds to wait after this many failed attempts. It is random, so that not all runs come back at once. */
export const backoff = (attempts: number): number =>
  Math.min(maxDelay, firstDelay * 2 ** (Math.max(1, attempts) - 1)) * (0.5 + Math.random() / 2);
