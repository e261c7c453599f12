import { SluiceError } from "@sluice/client";
import { isTemporary } from "../../temporary.ts";

export interface SenderOptions<T> {
  send(value: T): Promise<unknown>;
  /** Makes one of two that wait. */
  merge(older: T, newer: T): T;
  /** Milliseconds in which values gather before they are sent as one. */
  readonly gather: number;
  /** Whether what didn't get through is tried again. */
  readonly keep: boolean;
}

/** Milliseconds between two tries. */
const pause = 1_000;

/** Sends one value at a time, merged from all that came meanwhile. */
export class Sender<T> {
  readonly #options: SenderOptions<T>;
  readonly #listeners = new Set<() => void>();
  #waiting: readonly T[] = [];
  #busy = false;

  constructor(options: SenderOptions<T>) {
    this.#options = options;
  }

  /** Whether something has yet to get through. */
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
        // What was refused for good is given up: the next value may be better.
        if (!this.#options.keep || !isTemporary(SluiceError.from(error))) continue;
        this.#put([value, ...this.#waiting]);
        await sleep(pause);
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
