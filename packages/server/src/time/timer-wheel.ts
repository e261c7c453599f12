import type { Clock } from "./clock.js";

/** Fires once at its time. It can be scheduled once at a time. */
export interface Deadline {
  /** Set by the wheel: the tick at which it is due. */
  tick: number;
  fire(): void;
}

/** A deadline by the machine's clock, which may be set while the deadline waits. */
export interface WallClockDeadline extends Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Default milliseconds per tick. A deadline can fire this much late. */
export const wheelResolution = 250;

/**
 * One timer for all deadlines. A deadline is stored in the slot of its tick, and each tick looks at one slot, so
 * waiting deadlines cost nothing. A deadline fires up to one tick late, never early, by a clock that cannot be set.
 */
export class TimerWheel {
  /** Milliseconds per tick. */
  readonly resolution: number;
  readonly #clock: Clock;
  readonly #slots: Set<Deadline>[];
  #tick = 0;
  #size = 0;
  #timer: unknown;
  /** The monotonic time of tick 0. */
  #startedAt = 0;
  readonly #wallClockDeadlines = new Set<WallClockDeadline>();
  /** How far the machine's clock was ahead of the monotonic one at the last check. */
  #wallClockOffset = 0;

  constructor(
    clock: Clock,
    { resolution = wheelResolution, slots = 256 }: { resolution?: number; slots?: number } = {},
  ) {
    this.#clock = clock;
    this.resolution = resolution;
    this.#slots = Array.from({ length: slots }, () => new Set());
  }

  /** Ticks since the wheel first started. Cheap to read on hot paths. */
  get now(): number {
    return this.#tick;
  }

  /** Milliseconds since the Unix epoch. */
  get time(): number {
    return this.#clock.now();
  }

  /** Milliseconds since an arbitrary point, by a clock that cannot be set. */
  get monotonic(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now();
  }

  schedule(deadline: Deadline, ms: number): void {
    if (this.#timer === undefined) {
      this.#startedAt = this.monotonic - this.#tick * this.resolution;
      this.#timer = this.#clock.setInterval(() => this.#advance(), this.resolution);
    }
    deadline.tick = Math.max(this.#tick + 1, Math.ceil((this.#elapsed() + ms) / this.resolution));
    this.#slot(deadline.tick).add(deadline);
    this.#size++;
  }

  scheduleAt(deadline: WallClockDeadline): void {
    if (this.#wallClockDeadlines.size === 0) this.#wallClockOffset = this.time - this.monotonic;
    this.schedule(deadline, deadline.at - this.time);
    this.#wallClockDeadlines.add(deadline);
  }

  cancel(deadline: Deadline): void {
    if (this.#slot(deadline.tick).delete(deadline)) this.#size--;
    this.#wallClockDeadlines.delete(deadline as WallClockDeadline);
    if (this.#size === 0 && this.#timer !== undefined) {
      this.#clock.clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #slot(tick: number): Set<Deadline> {
    return this.#slots[tick % this.#slots.length] as Set<Deadline>;
  }

  /**
   * Milliseconds since tick 0. If the clock still goes back, tick 0 moves with it; else all deadlines would wait until
   * the old time is reached again.
   */
  #elapsed(): number {
    const now = this.monotonic;
    this.#startedAt = Math.min(this.#startedAt, now - this.#tick * this.resolution);
    return now - this.#startedAt;
  }

  /** Catches up with the clock: timers fire late, and later on a busy process. */
  #advance(): void {
    this.#followWallClock();
    const reached = Math.floor(this.#elapsed() / this.resolution);
    // After the machine slept, years of ticks can be due. One look at all slots finds every deadline.
    if (reached - this.#tick > this.#slots.length) {
      this.#jumpTo(reached);
      return;
    }
    while (this.#timer !== undefined && (this.#tick + 1) * this.resolution <= this.#elapsed()) {
      this.#tick++;
      this.#fireAll([...this.#slot(this.#tick)]);
    }
  }

  #jumpTo(tick: number): void {
    this.#tick = tick;
    this.#fireAll(this.#slots.flatMap((slot) => [...slot]).sort((a, b) => a.tick - b.tick));
  }

  #fireAll(candidates: readonly Deadline[]): void {
    for (const deadline of candidates) {
      // It is due in a later round, or was cancelled just now.
      if (deadline.tick > this.#tick || !this.#slot(deadline.tick).has(deadline)) continue;
      const isEarly =
        this.#wallClockDeadlines.has(deadline as WallClockDeadline) && this.time < (deadline as WallClockDeadline).at;
      this.cancel(deadline);
      if (isEarly) this.scheduleAt(deadline as WallClockDeadline);
      else deadline.fire();
    }
  }

  /** After the machine's clock was set, recomputes when its deadlines are due. */
  #followWallClock(): void {
    if (this.#wallClockDeadlines.size === 0) return;
    const offset = this.time - this.monotonic;
    if (Math.abs(offset - this.#wallClockOffset) < this.resolution) return;
    this.#wallClockOffset = offset;
    for (const deadline of [...this.#wallClockDeadlines]) {
      // Schedule it in its new slot before removing it from the old one: an empty wheel would stop its timer.
      const slot = this.#slot(deadline.tick);
      this.schedule(deadline, deadline.at - this.time);
      if (this.#slot(deadline.tick) !== slot) slot.delete(deadline);
      this.#size--;
    }
  }
}
