import type { Clock } from "./clock.js";

/** One timer. The application's clock may set or clear it while it is called. */
export interface Timer {
  readonly isSet: boolean;
  /** Replaces the timer that is set. */
  set(run: () => void, ms: number): void;
  clear(): void;
}

export function createTimer(clock: Clock): Timer {
  let armed: { id?: unknown } | undefined;

  function clear(): void {
    const before = armed;
    armed = undefined;
    if (before && "id" in before) clock.clearTimeout(before.id);
  }

  return {
    get isSet() {
      return armed !== undefined;
    },
    set(run, ms) {
      clear();
      const own: { id?: unknown } = {};
      armed = own;
      const id = clock.setTimeout(() => {
        if (armed !== own) return;
        armed = undefined;
        run();
      }, ms);
      if (armed === own) own.id = id;
      else clock.clearTimeout(id);
    },
    clear,
  };
}
