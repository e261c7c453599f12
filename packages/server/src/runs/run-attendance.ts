import { Attendance } from "../presence/attendance.js";
import type { Deadline } from "../time/timer-wheel.js";
import { attachedFor } from "./run-times.js";

/** Counts the subscribers of a run: each one of this server, and those of all other servers as one. */
export class RunAttendance extends Attendance {
  readonly #elsewhere: Deadline = { tick: 0, fire: () => this.#elsewhereLeft() };
  #isElsewhere = false;

  /** Somebody is attached to another server, as far as this one knows. */
  get isElsewhere(): boolean {
    return this.#isElsewhere;
  }

  /** Another server has said that somebody is attached there. */
  attachElsewhere(): void {
    if (this.#isElsewhere) this.wheel.cancel(this.#elsewhere);
    else this.join();
    this.#isElsewhere = true;
    this.wheel.schedule(this.#elsewhere, attachedFor);
  }

  override close(): void {
    super.close();
    this.wheel.cancel(this.#elsewhere);
  }

  #elsewhereLeft(): void {
    this.#isElsewhere = false;
    this.onEnd();
  }
}
