import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { renewEvery } from "./run-times.js";
import { backoff, leaseDelay } from "./store-away.js";

/** `unheld`: somebody else holds the lease. `failed`: the store is away. */
export type Kept = "kept" | "unheld" | "failed";

/** Renews the lease of a run in time when the run appends nothing. */
export class LeaseKeeper implements Deadline {
  tick = 0;
  readonly #wheel: TimerWheel;
  readonly #keep: (failures: number) => Promise<Kept>;
  /** The wheel's tick of the last renewal, or append. */
  keptAt: number;
  /** In a row. */
  #failures = 0;
  #isOver = false;

  /** @param keep renews the lease; it gets the number of failures in a row so far, and must not reject. */
  constructor(wheel: TimerWheel, keep: (failures: number) => Promise<Kept>) {
    this.#wheel = wheel;
    this.#keep = keep;
    this.keptAt = wheel.now;
    wheel.schedule(this, renewEvery);
  }

  /** An append has renewed the lease. */
  kept(): void {
    this.keptAt = this.#wheel.now;
  }

  fire(): void {
    void this.#renew();
  }

  close(): void {
    this.#isOver = true;
    this.#wheel.cancel(this);
  }

  async #renew(): Promise<void> {
    const { now, resolution } = this.#wheel;
    const rest = renewEvery - (now - this.keptAt) * resolution;
    if (rest > 0) return this.#wheel.schedule(this, rest);
    const kept = await this.#keep(this.#failures);
    if (this.#isOver) return;
    this.#failures = kept === "failed" ? this.#failures + 1 : 0;
    if (kept === "kept") this.kept();
    const delays = { kept: renewEvery, unheld: leaseDelay, failed: backoff(this.#failures) };
    this.#wheel.schedule(this, delays[kept]);
  }
}
