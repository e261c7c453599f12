import type { Lifetime } from "./lifetime.js";
import type { TimerWheel } from "./timer-wheel.js";

/** Resolves after `ms` milliseconds, or when the lifetime ends if that is sooner. */
export function delay(wheel: TimerWheel, ms: number, lifetime: Lifetime): Promise<void> {
  return new Promise((resolve) => {
    const deadline = {
      tick: 0,
      fire() {
        lifetime.unwatch(deadline);
        resolve();
      },
      onEnd() {
        wheel.cancel(deadline);
        resolve();
      },
    };
    wheel.schedule(deadline, ms);
    lifetime.watch(deadline);
  });
}
