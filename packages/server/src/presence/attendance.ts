import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";

/** Counts who is there. Some time after the last one has left, whatever they attend is abandoned. */
export class Attendance implements Deadline, EndListener {
  tick = 0;
  protected readonly wheel: TimerWheel;
  readonly #abandonAfter: number;
  readonly #onAbandoned: () => void;
  #isWaiting = false;
  #attached = 0;
  #isOver = false;

  /** @param abandonAfter milliseconds */
  constructor(wheel: TimerWheel, abandonAfter: number, onAbandoned: () => void) {
    this.wheel = wheel;
    this.#abandonAfter = abandonAfter;
    this.#onAbandoned = onAbandoned;
  }

  /** Nobody is attached. */
  get isEmpty(): boolean {
    return this.#attached === 0;
  }

  /** Nobody is attached, and the time to wait for somebody is over. */
  get isAbandoned(): boolean {
    return this.isEmpty && !this.#isWaiting;
  }

  attach(attendee: Lifetime): void {
    this.join();
    attendee.watch(this);
  }

  /** One has left. */
  onEnd(): void {
    this.#attached--;
    this.wait();
  }

  /** If nobody is attached, it is abandoned unless somebody comes in time. */
  wait(): void {
    if (this.#isOver || this.#isWaiting || this.#attached > 0) return;
    this.#isWaiting = true;
    this.wheel.schedule(this, this.#abandonAfter);
  }

  fire(): void {
    this.#isWaiting = false;
    this.#onAbandoned();
  }

  close(): void {
    this.#isOver = true;
    this.wheel.cancel(this);
  }

  protected join(): void {
    this.#attached++;
    this.#isWaiting = false;
    this.wheel.cancel(this);
  }
}
