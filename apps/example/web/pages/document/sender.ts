import { SluiceError } from "@sluice/client";
import { isTemporary } from "../../retry-until-success.ts";

export interface SenderOptions<T> {
  send(value: T): Promise<unknown>;
  /** Merges two waiting values into one. */
  merge(older: T, newer: T): T;
  /** Milliseconds to gather values before they are sent as one. */
  readonly gather: number;
  /** If true, a value that failed is sent again. */
  readonly keep: boolean;
}

/** Milliseconds between two attempts. */
const retryDelay = 1_000;

/** Sends one value at a time, merged from all values that were added in the meantime. */
export class Sender<T> {
  readonly #options: SenderOptions<T>;
  readonly #listeners = new Set<() => void>();
  #waiting: readonly T[] = [];
  #busy = false;

  constructor(options: SenderOptions<T>) {
    this.#options = options;
  }

  /** True if a value is waiting or being sent. */
  get busy(): boolean {
    return this.#busy;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(value: T): void {
    this.#put(this.#waiting.concat([value]));
    if (!this.#busy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#setBusy(true);
    for (;;) {
      await sleep(this.#options.gather);
      const [value] = this.#waiting;
      if (value === undefined) break;
      this.#waiting = [];
      try {
        await this.#options.send(value);
      } catch (error) {
        // Gives up a value that the server refused for good: the next one may be better.
        if (!this.#options.keep || !isTemporary(SluiceError.from(error))) continue;
        this.#put([value, ...this.#waiting]);
        await sleep(retryDelay);
        await online();
      }
    }
    this.#setBusy(false);
  }

  #put(values: readonly T[]): void {
    this.#waiting = values.length < 2 ? values : [values.reduce((older, newer) => this.#options.merge(older, newer))];
  }

  #setBusy(busy: boolean): void {
    this.#busy = busy;
    for (const listener of this.#listeners) listener();
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const online = async () => {
  if (navigator.onLine) return;
  await new Promise((resolve) => addEventListener("online", resolve, { once: true }));
};
