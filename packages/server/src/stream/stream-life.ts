import type { TimerWheel } from "../time/timer-wheel.js";

/** Milliseconds that a client has to reopen after its stream's life ended. */
const reopenGrace = 5_000;

/** Milliseconds from the end of a life until its client has reopened: it waits up to a second, and the wheel ticks. */
const handOver = reopenGrace + 2_000;

/** The life of a stream that is cut from outside after `ms` milliseconds. */
export const lifeBeforeCut = (ms: number): number => Math.max(0, ms / 2, ms - handOver);

/** How long an event stream stays open. First its client is asked to reopen, and after a grace period the stream is cut. */
export class StreamLife {
  readonly #wheel: TimerWheel;
  /** The wheel's tick at which the client is asked to reopen, and then the tick at which the stream is cut. */
  #endsAt: number;
  #isReopening = false;

  /** @param ms how long it lasts; `Infinity`: no limit. Shortened by a random part, so that streams that opened together don't end together. */
  constructor(wheel: TimerWheel, ms: number) {
    this.#wheel = wheel;
    this.#endsAt = wheel.now + Math.ceil((ms * (0.8 + 0.2 * Math.random())) / wheel.resolution);
  }

  get isOver(): boolean {
    return this.#endsAt <= this.#wheel.now;
  }

  /** Milliseconds until it is over, but at most `ms`. */
  within(ms: number): number {
    return Math.min(ms, (this.#endsAt - this.#wheel.now) * this.#wheel.resolution);
  }

  /** What happens now that it is over. */
  next(): "reopen" | "cut" {
    if (this.#isReopening) return "cut";
    this.#isReopening = true;
    this.#endsAt = this.#wheel.now + Math.ceil(reopenGrace / this.#wheel.resolution);
    return "reopen";
  }
}
