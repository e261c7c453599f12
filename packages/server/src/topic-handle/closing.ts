import { SluiceError } from "@sluice/contract";

/** Whether a Sluice or a publisher is closed, once and for good. */
export class Closing {
  readonly #of: string;
  #closed: Promise<void> | undefined;

  /** @param of names what is closed in errors */
  constructor(of: string) {
    this.#of = of;
  }

  /** Closes by `close`, the first time. Later calls get the same promise. */
  once(close: () => Promise<void>): Promise<void> {
    this.#closed ??= close();
    return this.#closed;
  }

  /** @throws SluiceError `unavailable` after `once`. */
  assertOpen(): void {
    if (this.#closed) throw new SluiceError("unavailable", { message: `The ${this.#of} is closed` });
  }
}
