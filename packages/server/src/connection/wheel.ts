import type { Clock } from "../clock.js";

/** Something that is due at a time. Made by `Wheel.schedule`. */
export interface Due {
  tick: number;
  readonly fire: () => void;
}

/**
 * One timer for all deadlines. A deadline stands in the slot of its tick; each tick looks at one slot, so waiting costs
 * nothing, however many wait. Deadlines are kept to the tick, never early.
 */
export class Wheel {
  /** Milliseconds per tick. */
  readonly resolution: number;
  readonly #clock: Clock;
  readonly #slots: Set<Due>[];
  #tick = 0;
  #size = 0;
  #timer: unknown;

  constructor(clock: Clock, { resolution = 250, slots = 256 }: { resolution?: number; slots?: number } = {}) {
    this.#clock = clock;
    this.resolution = resolution;
    this.#slots = Array.from({ length: slots }, () => new Set());
  }

  /** Ticks since the wheel first turned: cheap to read, for what happens often. */
  get now(): number {
    return this.#tick;
  }

  schedule(ms: number, fire: () => void): Due {
    const due: Due = { tick: this.#tick + Math.max(1, Math.ceil(ms / this.resolution)), fire };
    this.#slot(due.tick).add(due);
    this.#size++;
    this.#timer ??= this.#clock.setInterval(() => this.#turn(), this.resolution);
    return due;
  }

  cancel(due: Due): void {
    if (this.#slot(due.tick).delete(due)) this.#size--;
    if (this.#size === 0 && this.#timer !== undefined) {
      this.#clock.clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #slot(tick: number): Set<Due> {
    return this.#slots[tick % this.#slots.length] as Set<Due>;
  }

  #turn(): void {
    this.#tick++;
    const slot = this.#slot(this.#tick);
    for (const due of [...slot]) {
      if (due.tick > this.#tick || !slot.has(due)) continue; // a later round's, or one that was cancelled just now
      this.cancel(due);
      due.fire();
    }
  }
}
