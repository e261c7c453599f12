/** Notified once, when a lifetime ends. */
export interface EndListener {
  onEnd(): void;
}

const noListeners: readonly EndListener[] = [];

/**
 * Lasts from a request to the end of its response, however that ends. User code sees it as an `AbortSignal`. The signal
 * is created on first use: else each of ten thousand idle streams would carry an unused one.
 */
export class Lifetime {
  over = false;
  #listeners: readonly EndListener[] = noListeners;
  #abort: AbortController | undefined;

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.over) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** Notifies `listener` of the end; immediately if it has ended already. */
  watch(listener: EndListener): void {
    if (this.over) {
      listener.onEnd();
    } else {
      // `push` would reserve room for sixteen more listeners; there are two or three.
      this.#listeners = this.#listeners.concat(listener);
    }
  }

  /** Undoes `watch`. */
  unwatch(listener: EndListener): void {
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    const listeners = this.#listeners;
    this.#listeners = noListeners;
    for (const listener of listeners) listener.onEnd();
    this.#abort?.abort();
  }
}
