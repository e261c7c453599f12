import type { Clock } from "../clock.js";

/** Something that is due at a time, once at a time. */
export interface Due {
  /** The wheel's own note of when. */
  tick: number;
  fire(): void;
}

/** Milliseconds per tick by default: deadlines may come so much later. */
export const wheelResolution = 250;

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
  /** When tick 0 was, or would have been. */
  #startedAt = 0;

  constructor(
    clock: Clock,
    { resolution = wheelResolution, slots = 256 }: { resolution?: number; slots?: number } = {},
  ) {
    this.#clock = clock;
    this.resolution = resolution;
    this.#slots = Array.from({ length: slots }, () => new Set());
  }

  /** Ticks since the wheel first turned: cheap to read, for what happens often. */
  get now(): number {
    return this.#tick;
  }

  /** Milliseconds since the Unix epoch. */
  get time(): number {
    return this.#clock.now();
  }

  schedule(due: Due, ms: number): void {
    if (this.#timer === undefined) {
      this.#startedAt = this.#clock.now() - this.#tick * this.resolution;
      this.#timer = this.#clock.setInterval(() => this.#turn(), this.resolution);
    }
    due.tick = Math.max(this.#tick + 1, Math.ceil((this.#elapsed() + ms) / this.resolution));
    this.#slot(due.tick).add(due);
    this.#size++;
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

  /** Milliseconds since tick 0. A clock that is put back would hold all deadlines until it is again where it was. */
  #elapsed(): number {
    const now = this.#clock.now();
    this.#startedAt = Math.min(this.#startedAt, now - this.#tick * this.resolution);
    return now - this.#startedAt;
  }

  /** Catches up with the clock: a timer comes late now and then, and the more so on a busy process. */
  #turn(): void {
    while (this.#timer !== undefined && (this.#tick + 1) * this.resolution <= this.#elapsed()) {
      this.#tick++;
      const slot = this.#slot(this.#tick);
      for (const due of [...slot]) {
        if (due.tick > this.#tick || !slot.has(due)) continue; // a later round's, or one that was cancelled just now
        this.cancel(due);
        due.fire();
      }
    }
  }
}
