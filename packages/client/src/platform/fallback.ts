import { type Clock, systemClock } from "./clock.js";
import { guarded, report } from "./report.js";

// The client reads clock and random numbers where a throw would end the process, or leave a subscription waiting for
// ever. If the application's function throws, the error is reported and the platform's function used.

function orElse<T>(given: () => T, fallback: () => T): T {
  try {
    return given();
  } catch (error) {
    report(error);
    return fallback();
  }
}

function within(option: string, value: number, least = -Number.MAX_VALUE, most = Number.MAX_VALUE): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw new RangeError(`Client option "${option}" gave ${String(value)}; allowed is ${least} to ${most}.`);
}

export const randomOf =
  (given: () => number): (() => number) =>
  () =>
    orElse(() => within("retry.random", given(), 0, 1), Math.random);

/** The given clock, with a `monotonic` and with the system clock behind it. */
export function clockOf(given: Clock): Required<Clock> {
  /** Returns what stops the timer: it is of the clock that started it. */
  const start = (of: Clock, run: () => void, ms: number) => {
    const id = of.setTimeout(run, ms);
    return () => of.clearTimeout(id);
  };
  const now = () => within("clock.now", given.now());
  let monotonic = () => (given.monotonic ? within("clock.monotonic", given.monotonic()) : now());
  let last = 0;
  // Once it has failed, time goes on from the last reading by the system clock for good: mixing two clocks would jump
  // by years.
  const goOn = (): number => {
    const ahead = last - systemClock.monotonic();
    monotonic = () => ahead + systemClock.monotonic();
    return monotonic();
  };
  return {
    now: () => orElse(now, systemClock.now),
    monotonic() {
      last = orElse(monotonic, goOn);
      return last;
    },
    setTimeout: (run, ms) =>
      orElse(
        () => start(given, run, ms),
        () => start(systemClock, run, ms),
      ),
    clearTimeout: (stop) => guarded(stop as (() => void) | undefined),
  };
}
