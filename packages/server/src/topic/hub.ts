import type { AnySubscription } from "@sluice/contract";
import { Tail, type TailSources } from "./tail.js";

/** What all tails have in common. */
export interface HubSettings extends Pick<TailSources, "log" | "pages" | "counters" | "wheel"> {
  readonly onError: (error: unknown, topic: string) => void;
}

/** One tail per topic that has subscribers in this process. */
export class Hub {
  readonly #settings: HubSettings;
  readonly #tails = new Map<string, { readonly tail: Promise<Tail>; users: number }>();

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
  async take(topic: string, procedure: AnySubscription): Promise<Tail> {
    let slot = this.#tails.get(topic);
    if (!slot) {
      const onError = (error: unknown) => this.#settings.onError(error, topic);
      slot = { tail: Tail.open({ ...this.#settings, topic, procedure, onError }), users: 0 };
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
