import { isDevelopment } from "#development";
import { type Clock, systemClock } from "./clock.js";
import { guarded, report } from "./report.js";

// The client reads clock and random numbers where a throw would end the process, or leave a subscription waiting for
// ever. If the application's function throws, the error is reported and the platform's function used.

/** In development, a wrong number is an error, too. */
const checked =
  (option: string, given: () => number, least = -Number.MAX_VALUE, most = Number.MAX_VALUE) =>
  () => {
    const value = given();
    if (typeof value === "number" && value >= least && value <= most) return value;
    throw new RangeError(`Client option "${option}" gave ${String(value)}; allowed is ${least} to ${most}.`);
  };

const orElse = (given: () => number, fallback: () => number) => (): number => {
  try {
    return given();
  } catch (error) {
    report(error);
    return fallback();
  }
};

export const randomOf = (given: () => number): (() => number) =>
  orElse(isDevelopment ? checked("retry.random", given, 0, 1) : given, Math.random);

/** The given clock, with a `monotonic` and with the system clock behind it. */
export function clockOf(given: Clock): Required<Clock> {
  const givenNow = () => given.now();
  const givenMonotonic = () => (given.monotonic ? given.monotonic() : given.now());
  const now = orElse(isDevelopment ? checked("clock.now", givenNow) : givenNow, systemClock.now);
  let last = 0;
  // Once it has failed, time goes on from the last reading by the system clock for good: mixing two clocks would jump
  // by years.
  let monotonic = orElse(isDevelopment ? checked("clock.monotonic", givenMonotonic) : givenMonotonic, () => {
    const ahead = last - systemClock.monotonic();
    monotonic = () => ahead + systemClock.monotonic();
    return monotonic();
  });
  return {
    now,
    monotonic() {
      last = monotonic();
      return last;
    },
    /** Returns what stops the timer: it is of the clock that started it. */
    setTimeout(run, ms) {
      const start = (of: Clock) => {
        const id = of.setTimeout(run, ms);
        return () => of.clearTimeout(id);
      };
      try {
        return start(given);
      } catch (error) {
        report(error);
        return start(systemClock);
      }
    },
    clearTimeout: (stop) => guarded(stop as (() => void) | undefined),
  };
}
