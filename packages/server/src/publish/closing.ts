import { SluiceError } from "@sluice/contract";

/** How a Sluice, or a publisher, is closed: first it takes no more requests, and then its topics do nothing any more. */
export class Closing {
  readonly #what: string;
  #closed: Promise<void> | undefined;
  #isShut = false;

  /** @param what names it in errors */
  constructor(what: string) {
    this.#what = what;
  }

  /** Runs `close` once. Each further call gets the promise of the first. */
  once(close: () => Promise<void>): Promise<void> {
    this.#closed ??= close();
    return this.#closed;
  }

  /** Whether topics do nothing any more: the log is being closed, or is closed. */
  get isShut(): boolean {
    return this.#isShut;
  }

  /** From now on topics do nothing any more. */
  shut(): void {
    this.#isShut = true;
  }

  /** @throws SluiceError `unavailable` as soon as `once` was called. */
  assertServing(): void {
    if (this.#closed) throw this.#error();
  }

  /** @throws SluiceError `unavailable` after `shut`. */
  assertOpen(): void {
    if (this.#isShut) throw this.#error();
  }

  #error(): SluiceError {
    return new SluiceError("unavailable", { message: `${this.#what} is closed`, retryAfter: 1_000 });
  }
}
