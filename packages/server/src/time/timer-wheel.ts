import type { Clock } from "./clock.js";

/** Something that is due at a time, once at a time. */
export interface Deadline {
  /** The wheel's own note of when. */
  tick: number;
  fire(): void;
}

/** Something that is due when the machine's clock says so, however that is set in the meantime. */
export interface Appointment extends Deadline {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Milliseconds per tick by default: deadlines may come so much later. */
export const wheelResolution = 250;

/**
 * One timer for all deadlines. A deadline stands in the slot of its tick; each tick looks at one slot, so waiting costs
 * nothing, however many wait. Deadlines are kept to the tick, never early, and measured by a clock that nobody can set.
 */
export class TimerWheel {
  /** Milliseconds per tick. */
  readonly resolution: number;
  readonly #clock: Clock;
  readonly #slots: Set<Deadline>[];
  #tick = 0;
  #size = 0;
  #timer: unknown;
  /** When tick 0 was, or would have been. */
  #startedAt = 0;
  readonly #appointments = new Set<Appointment>();
  /** How far the machine's clock was ahead of the one that nobody can set, when appointments were last looked at. */
  #ahead = 0;

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

  /** Milliseconds since whenever, by a clock that nobody can set. */
  get monotonic(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now();
  }

  schedule(due: Deadline, ms: number): void {
    if (this.#timer === undefined) {
      this.#startedAt = this.monotonic - this.#tick * this.resolution;
      this.#timer = this.#clock.setInterval(() => this.#turn(), this.resolution);
    }
    due.tick = Math.max(this.#tick + 1, Math.ceil((this.#elapsed() + ms) / this.resolution));
    this.#slot(due.tick).add(due);
    this.#size++;
  }

  scheduleAt(appointment: Appointment): void {
    if (this.#appointments.size === 0) this.#ahead = this.time - this.monotonic;
    this.schedule(appointment, appointment.at - this.time);
    this.#appointments.add(appointment);
  }

  cancel(due: Deadline): void {
    if (this.#slot(due.tick).delete(due)) this.#size--;
    this.#appointments.delete(due as Appointment);
    if (this.#size === 0 && this.#timer !== undefined) {
      this.#clock.clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  #slot(tick: number): Set<Deadline> {
    return this.#slots[tick % this.#slots.length] as Set<Deadline>;
  }

  /** Milliseconds since tick 0. A clock that went back all the same would hold all deadlines until it is again where it was. */
  #elapsed(): number {
    const now = this.monotonic;
    this.#startedAt = Math.min(this.#startedAt, now - this.#tick * this.resolution);
    return now - this.#startedAt;
  }

  /** Catches up with the clock: a timer comes late now and then, and the more so on a busy process. */
  #turn(): void {
    this.#lookAtAppointments();
    const reached = Math.floor(this.#elapsed() / this.resolution);
    // After a machine's sleep there may be years of ticks to go through; one round has met all deadlines.
    if (reached - this.#tick > this.#slots.length) {
      this.#leapTo(reached);
      return;
    }
    while (this.#timer !== undefined && (this.#tick + 1) * this.resolution <= this.#elapsed()) {
      this.#tick++;
      this.#fireAll([...this.#slot(this.#tick)]);
    }
  }

  #leapTo(tick: number): void {
    this.#tick = tick;
    this.#fireAll(this.#slots.flatMap((slot) => [...slot]).sort((a, b) => a.tick - b.tick));
  }

  #fireAll(candidates: readonly Deadline[]): void {
    for (const due of candidates) {
      if (due.tick > this.#tick || !this.#slot(due.tick).has(due)) continue; // a later round's, or cancelled just now
      const isEarly = this.#appointments.has(due as Appointment) && this.time < (due as Appointment).at;
      this.cancel(due);
      if (isEarly) this.scheduleAt(due as Appointment);
      else due.fire();
    }
  }

  /** Where the machine's clock was set, what is due by it is due at another time now. */
  #lookAtAppointments(): void {
    if (this.#appointments.size === 0) return;
    const ahead = this.time - this.monotonic;
    if (Math.abs(ahead - this.#ahead) < this.resolution) return;
    this.#ahead = ahead;
    for (const appointment of [...this.#appointments]) {
      // In its slot again before the last one is out of it: the timer goes on.
      const slot = this.#slot(appointment.tick);
      this.schedule(appointment, appointment.at - this.time);
      if (this.#slot(appointment.tick) !== slot) slot.delete(appointment);
      this.#size--;
    }
  }
}
