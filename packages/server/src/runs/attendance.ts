import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { attachedFor } from "./run-times.js";

/** Who is attached to a run: subscribers of this process, each counted, and those of others, who count as one. */
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

  /** Nobody is attached, nor has been since it was waited for in vain. */
  get isAbandoned(): boolean {
    return this.#attached === 0 && !this.#isWaiting;
  }

  /** As far as is known, somebody is attached to another process. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  attach(subscriber: Lifetime): void {
    this.#join();
    subscriber.watch(this);
  }

  /** Another process has said that somebody is attached there. */
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

  /** From now on the run is abandoned if nobody is there, nor comes in time. */
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
