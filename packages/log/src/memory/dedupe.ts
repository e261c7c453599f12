import type { DedupeOptions } from "../engine/options.js";
import type { Cursor } from "../log.js";
import { Ring } from "./ring.js";

interface Remembered {
  readonly key: string;
  readonly time: number;
}

/** The idempotency keys that a topic remembers, with what their first append was answered. */
export class DedupeWindow {
  readonly #limits: DedupeOptions;
  readonly #cursors = new Map<string, Cursor>();
  // Beside the map, because finding a map's oldest key gets slow when keys are deleted from its front all the time.
  readonly #order = new Ring<Remembered>(0);

  constructor(limits: DedupeOptions) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#cursors.size;
  }

  find(key: string): Cursor | undefined {
    return this.#cursors.get(key);
  }

  /** The key must not be there yet: a window starts at a key's first append and isn't prolonged by retries. */
  remember(key: string, cursor: Cursor, time: number): void {
    this.#cursors.set(key, cursor);
    this.#order.push({ key, time });
    if (this.#order.size > this.#limits.keys) this.#forgetOldest();
  }

  expire(now: number): void {
    for (let oldest = this.#oldest; oldest && now - oldest.time > this.#limits.age; oldest = this.#oldest) {
      this.#forgetOldest();
    }
  }

  get #oldest(): Remembered | undefined {
    return this.#order.at(this.#order.first);
  }

  #forgetOldest(): void {
    const oldest = this.#order.shift();
    if (oldest) this.#cursors.delete(oldest.key);
  }
}
