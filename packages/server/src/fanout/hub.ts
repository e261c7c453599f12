import type { AnySubscription } from "@sluice/contract";
import type { Log } from "@sluice/log";
import { Tail } from "./tail.js";

/** A tail that somebody uses. It is closed when the last user has released it. */
export interface TailLease {
  readonly tail: Tail;
  release(): void;
}

/** One tail per topic that has subscribers in this process. */
export class Hub {
  readonly #log: Log;
  readonly #onError: (error: unknown, topic: string) => void;
  readonly #tails = new Map<string, { readonly tail: Promise<Tail>; users: number }>();

  constructor(log: Log, onError: (error: unknown, topic: string) => void) {
    this.#log = log;
    this.#onError = onError;
  }

  async lease(topic: string, procedure: AnySubscription): Promise<TailLease> {
    let slot = this.#tails.get(topic);
    if (!slot) {
      slot = { tail: Tail.open(this.#log, topic, procedure, (error) => this.#onError(error, topic)), users: 0 };
      this.#tails.set(topic, slot);
    }
    const leased = slot;
    leased.users++;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      if (--leased.users > 0) return;
      this.#tails.delete(topic);
      leased.tail.then(
        (tail) => tail.close(),
        () => {},
      );
    };
    try {
      return { tail: await leased.tail, release };
    } catch (error) {
      release();
      throw error;
    }
  }
}
