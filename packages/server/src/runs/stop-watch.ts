import type { Log, Wakeup, Watch } from "@sluice/log";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { isStopOf } from "../topic/entry.js";

interface StopWatchParts {
  readonly log: Log;
  readonly wheel: TimerWheel;
  readonly topic: string;
  /** The wheel's tick of the run's last append. */
  readonly appendedAt: () => number;
  /** Reads what others have appended. Must not throw. */
  readonly look: () => void;
}

/**
 * Lets a run hear at once that it is to stop, while its generator is silent. An append hears it by itself, because the
 * topic no longer ends where the run has read it. And what gets lost here, the run finds when it renews its lease.
 */
export class StopWatch implements Deadline {
  tick = 0;
  readonly #parts: StopWatchParts;
  readonly #watch: Watch;
  /** The tick of a wake-up that didn't carry what was appended. */
  #wokenAt: number | undefined;

  constructor(parts: StopWatchParts) {
    this.#parts = parts;
    this.#watch = parts.log.watch(parts.topic, (wakeup) => this.#onAppend(wakeup));
  }

  fire(): void {
    const { appendedAt, look } = this.#parts;
    const wokenAt = this.#wokenAt as number;
    this.#wokenAt = undefined;
    if (appendedAt() <= wokenAt) look();
  }

  close(): void {
    this.#watch.stop();
    this.#parts.wheel.cancel(this);
  }

  /** Mostly called for the run's own appends. */
  #onAppend(wakeup?: Wakeup): void {
    if (wakeup) {
      if (wakeup.entries.some((entry) => isStopOf(entry, wakeup.before.epoch))) this.#parts.look();
    } else if (this.#wokenAt === undefined) {
      this.#wokenAt = this.#parts.wheel.now;
      this.#parts.wheel.schedule(this, 0);
    }
  }
}
