import { type Clock, systemClock } from "./clock.js";
import { report } from "./report.js";

// Time and chance are asked for in the middle of everything, where a throw would end the process or leave a subscription
// waiting for good. So what an application gives has the platform's own behind it.

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

interface Timer {
  readonly of: Clock;
  readonly id: unknown;
}

/** A clock that has both readings, also where the given one leaves `monotonic` to `now`. */
export function clockOf(given: Clock): Required<Clock> {
  const start = (of: Clock, run: () => void, ms: number): Timer => ({ of, id: of.setTimeout(run, ms) });
  const now = () => within("clock.now", given.now());
  const monotonic = () => (given.monotonic ? within("clock.monotonic", given.monotonic()) : now());
  let last = 0;
  // What is measured goes on from where it failed, by one clock from then on: two would make years of a moment.
  let ahead: number | undefined;
  const measure = (): number => {
    ahead ??= last - systemClock.monotonic();
    return ahead + systemClock.monotonic();
  };
  return {
    now: () => orElse(now, systemClock.now),
    monotonic() {
      if (ahead !== undefined) return measure();
      last = orElse(monotonic, measure);
      return last;
    },
    setTimeout: (run, ms) =>
      orElse(
        () => start(given, run, ms),
        () => start(systemClock, run, ms),
      ),
    clearTimeout(timer) {
      if (timer)
        orElse(
          () => (timer as Timer).of.clearTimeout((timer as Timer).id),
          () => {},
        );
    },
  };
}
