import type { Clock } from "./clock.js";

/** A clock that tests move by hand. */
export class ManualClock implements Clock {
  #elapsed = 0;
  #wall = 0;
  readonly #intervals = new Map<object, { readonly ms: number; next: number; readonly callback: () => void }>();

  get timers(): number {
    return this.#intervals.size;
  }

  now = () => this.#wall + this.#elapsed;

  monotonic = () => this.#elapsed;

  /** Sets the machine's clock forward or back. No time passes. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  setInterval = (callback: () => void, ms: number): unknown => {
    const handle = {};
    this.#intervals.set(handle, { ms, next: this.#elapsed + ms, callback });
    return handle;
  };

  clearInterval = (handle: unknown): void => {
    this.#intervals.delete(handle as object);
  };

  advance(ms: number): void {
    const end = this.#elapsed + ms;
    for (;;) {
      const due = [...this.#intervals.values()].filter(({ next }) => next <= end).sort((a, b) => a.next - b.next)[0];
      if (!due) break;
      this.#elapsed = due.next;
      due.next += due.ms;
      due.callback();
    }
    this.#elapsed = end;
  }
}
