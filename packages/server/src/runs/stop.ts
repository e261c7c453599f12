import { SluiceError } from "@sluice/contract";
import { isErrorNamed } from "@sluice/contract/internal";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import { stopGrace } from "./run-times.js";

/** Asks a run's generator to end. It has a while to yield its last events and to return. */
export class Stop implements Deadline {
  tick = 0;
  readonly #wheel: TimerWheel;
  readonly #abort = new AbortController();
  readonly #onLate: () => void;
  #isBegun = false;

  /** @param onLate called when the generator has not ended in time */
  constructor(wheel: TimerWheel, onLate: () => void) {
    this.#wheel = wheel;
    this.#onLate = onLate;
  }

  /** The generator's. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  begin(): void {
    if (this.signal.aborted) return;
    this.#isBegun = true;
    this.#wheel.schedule(this, stopGrace);
    this.#abort.abort(new SluiceError("aborted", { message: "The run was stopped" }));
  }

  /** Whether the generator threw because it was asked to end. */
  isObeyedBy(error: unknown): boolean {
    return this.#isBegun && (error === this.signal.reason || isErrorNamed(error, "AbortError"));
  }

  fire(): void {
    this.#onLate();
  }

  /** The run is over. */
  close(): void {
    this.#wheel.cancel(this);
    this.#abort.abort();
  }
}
