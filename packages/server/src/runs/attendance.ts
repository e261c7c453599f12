import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { attachedFor } from "./run-times.js";

/** Counts the subscribers of a run: each one of this server, and those of all other servers as one. */
export class Attendance implements Deadline, EndListener {
  tick = 0;
  readonly #wheel: TimerWheel;
  readonly #abandonAfter: number;
  readonly #onAbandoned: () => void;
  readonly #elsewhere: Deadline = { tick: 0, fire: () => this.#elsewhereLeft() };
  #isElsewhere = false;
  #isWaiting = false;
  #attached = 0;
  #isOver = false;

  constructor(wheel: TimerWheel, abandonAfter: number, onAbandoned: () => void) {
    this.#wheel = wheel;
    this.#abandonAfter = abandonAfter;
    this.#onAbandoned = onAbandoned;
  }

  /** Nobody is attached, and the time to wait for somebody is over. */
  get isAbandoned(): boolean {
    return this.#attached === 0 && !this.#isWaiting;
  }

  /** Somebody is attached to another server, as far as this one knows. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  attach(subscriber: Lifetime): void {
    this.#join();
    subscriber.watch(this);
  }

  /** Another server has said that somebody is attached there. */
  attachElsewhere(): void {
    if (this.#isElsewhere) this.#wheel.cancel(this.#elsewhere);
    else this.#join();
    this.#isElsewhere = true;
    this.#wheel.schedule(this.#elsewhere, attachedFor);
  }

  /** A subscriber has left. */
  onEnd(): void {
    this.#attached--;
    this.wait();
  }

  /** If nobody is attached, the run is abandoned unless somebody comes in time. */
  wait(): void {
    if (this.#isOver || this.#isWaiting || this.#attached > 0) return;
    this.#isWaiting = true;
    this.#wheel.schedule(this, this.#abandonAfter);
  }

  fire(): void {
    this.#isWaiting = false;
    this.#onAbandoned();
  }

  close(): void {
    this.#isOver = true;
    this.#wheel.cancel(this);
    this.#wheel.cancel(this.#elsewhere);
  }

  #join(): void {
    this.#attached++;
    this.#isWaiting = false;
    this.#wheel.cancel(this);
  }

  #elsewhereLeft(): void {
    this.#isElsewhere = false;
    this.onEnd();
  }
}
