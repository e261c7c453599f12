import type { Clock } from "./clock.js";

/** A clock that a test turns by hand. */
export interface ManualClock extends Clock {
  /** Delays of the timers that are set, in milliseconds from now, soonest first. */
  readonly pending: readonly number[];
  /** Lets time pass; timers that are due by then run, in order. */
  advance(ms: number): void;
}

export function createManualClock(start = 1_000_000): ManualClock {
  let now = start;
  const timers = new Map<object, { readonly at: number; readonly run: () => void }>();
  const soonest = () => [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
  return {
    now: () => now,
    setTimeout(run, ms) {
      const timer = {};
      timers.set(timer, { at: now + ms, run });
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as object),
    get pending() {
      return [...timers.values()].map(({ at }) => at - now).sort((a, b) => a - b);
    },
    advance(ms) {
      const end = now + ms;
      for (let due = soonest(); due && due[1].at <= end; due = soonest()) {
        timers.delete(due[0]);
        now = Math.max(now, due[1].at);
        due[1].run();
      }
      now = end;
    },
  };
}
