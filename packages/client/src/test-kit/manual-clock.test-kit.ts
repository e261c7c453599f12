import type { Clock } from "../platform/clock.js";

/** A clock that a test advances by hand. */
export interface ManualClock extends Required<Clock> {
  /** Delays of the timers that are set, in milliseconds from now, soonest first. */
  readonly pending: readonly number[];
  /** Advances both clocks, and runs the timers that are due by then, in order. */
  advance(ms: number): void;
  /** Sets the wall clock forward or back, as a user, or a sleep of the machine, does. */
  jump(ms: number): void;
}

export function createManualClock(start = 1_000_000): ManualClock {
  let now = start;
  let elapsed = 0;
  const timers = new Map<object, { readonly at: number; readonly run: () => void }>();
  const soonest = () => [...timers].sort(([, a], [, b]) => a.at - b.at)[0];
  return {
    now: () => now,
    monotonic: () => elapsed,
    setTimeout(run, ms) {
      const timer = {};
      timers.set(timer, { at: elapsed + ms, run });
      return timer;
    },
    clearTimeout: (timer) => void timers.delete(timer as object),
    get pending() {
      return [...timers.values()].map(({ at }) => at - elapsed).sort((a, b) => a - b);
    },
    advance(ms) {
      const end = elapsed + ms;
      const passUntil = (at: number) => {
        now += at - elapsed;
        elapsed = at;
      };
      for (let due = soonest(); due && due[1].at <= end; due = soonest()) {
        timers.delete(due[0]);
        passUntil(Math.max(elapsed, due[1].at));
        due[1].run();
      }
      passUntil(end);
    },
    jump(ms) {
      now += ms;
    },
  };
}
