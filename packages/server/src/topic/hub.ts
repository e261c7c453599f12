import type { AnySubscription } from "@sluice/contract";
import { Tail, type TailSources } from "./tail.js";

/** What all tails have in common. */
export interface HubSettings extends Pick<TailSources, "log" | "pages" | "counters" | "wheel"> {
  readonly onError: (error: unknown, topic: string) => void;
}

/** One tail per topic that has subscribers in this process. */
export class Hub {
  readonly #settings: HubSettings;
  readonly #tails = new Map<string, Tail>();

  constructor(settings: HubSettings) {
    this.#settings = settings;
  }

  /** Topics that are followed. */
  get size(): number {
    return this.#tails.size;
  }

  has(topic: string): boolean {
    return this.#tails.has(topic);
  }

  /** The topic's tail. Whoever takes it gives it back by `release`, once. */
  take(topic: string, procedure: AnySubscription): Tail {
    const tail = this.#tails.get(topic) ?? this.#open(topic, procedure);
    tail.users++;
    return tail;
  }

  /** The tail is closed when the last user has given it back. */
  release(tail: Tail): void {
    if (--tail.users > 0) return;
    this.#forget(tail);
    tail.close();
  }

  #open(topic: string, procedure: AnySubscription): Tail {
    const onError = (error: unknown) => this.#settings.onError(error, topic);
    const tail = new Tail({ ...this.#settings, topic, procedure, onError });
    this.#tails.set(topic, tail);
    // Who comes next is to try anew, though those who have it have yet to give it back.
    tail.ready.catch(() => this.#forget(tail));
    return tail;
  }

  #forget(tail: Tail): void {
    if (this.#tails.get(tail.topic) === tail) this.#tails.delete(tail.topic);
  }
}
