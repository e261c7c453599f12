import type { Lifetime } from "./lifetime.js";
import type { TimerWheel } from "./timer-wheel.js";

export interface Bounds {
  readonly wheel: TimerWheel;
  /** Milliseconds to wait. */
  readonly timeout: number;
  readonly lifetime: Lifetime;
  /** Makes the error for a promise that exceeds `timeout`. */
  late(): Error;
}

/**
 * Waits for a promise until `timeout` or the end of the lifetime. Resolves to `undefined` if the lifetime ends first.
 */
export function within<T>(promise: Promise<T>, { wheel, timeout, lifetime, late }: Bounds): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const deadline = {
      tick: 0,
      fire() {
        lifetime.unwatch(deadline);
        reject(late());
      },
      onEnd() {
        wheel.cancel(deadline);
        resolve(undefined);
      },
    };
    const settle = () => {
      wheel.cancel(deadline);
      lifetime.unwatch(deadline);
    };
    wheel.schedule(deadline, timeout);
    lifetime.watch(deadline);
    promise.finally(settle).then(resolve, reject);
  });
}
