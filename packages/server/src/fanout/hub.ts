import type { AnySubscription } from "@sluice/contract";
import type { Log } from "@sluice/log";
import type { Pages } from "./pages.js";
import { Tail } from "./tail.js";

/** One tail per topic that has subscribers in this process. */
export class Hub {
  readonly #log: Log;
  readonly #pages: Pages;
  readonly #onError: (error: unknown, topic: string) => void;
  readonly #tails = new Map<string, { readonly tail: Promise<Tail>; users: number }>();

  constructor(log: Log, pages: Pages, onError: (error: unknown, topic: string) => void) {
    this.#log = log;
    this.#pages = pages;
    this.#onError = onError;
  }

  /** Topics that are followed. */
  get size(): number {
    return this.#tails.size;
  }

  has(topic: string): boolean {
    return this.#tails.has(topic);
  }

  /** The topic's tail. Whoever takes it gives it back by `release`, once. */
  async take(topic: string, procedure: AnySubscription): Promise<Tail> {
    let slot = this.#tails.get(topic);
    if (!slot) {
      const onError = (error: unknown) => this.#onError(error, topic);
      slot = { tail: Tail.open({ log: this.#log, topic, procedure, pages: this.#pages, onError }), users: 0 };
      this.#tails.set(topic, slot);
    }
    slot.users++;
    try {
      return await slot.tail;
    } catch (error) {
      this.release(topic);
      throw error;
    }
  }

  /** The tail is closed when the last user has given it back. */
  release(topic: string): void {
    const slot = this.#tails.get(topic);
    if (!slot || --slot.users > 0) return;
    this.#tails.delete(topic);
    slot.tail.then(
      (tail) => tail.close(),
      () => {},
    );
  }
}
