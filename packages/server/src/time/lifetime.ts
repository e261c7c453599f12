/** Somebody who is told once when a lifetime is over. */
export interface EndListener {
  onEnd(): void;
}

const nobody: readonly EndListener[] = [];

/**
 * From a request to the end of its answer, in whatever way that comes. An `AbortSignal` says the same to users' code; it is
 * made when it is asked for, since ten thousand idle streams that nobody asks it of would each carry one.
 */
export class Lifetime {
  over = false;
  #listeners: readonly EndListener[] = nobody;
  #abort: AbortController | undefined;

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.over) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** Tells `listener` of the end; at once, if it has come already. */
  watch(listener: EndListener): void {
    if (this.over) {
      listener.onEnd();
    } else {
      // An array that is pushed to makes room for sixteen more; there are two or three.
      this.#listeners = this.#listeners.concat(listener);
    }
  }

  /** Takes back `watch`, for somebody who has no more interest in it. */
  unwatch(listener: EndListener): void {
    this.#listeners = this.#listeners.filter((each) => each !== listener);
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    const listeners = this.#listeners;
    this.#listeners = nobody;
    for (const listener of listeners) listener.onEnd();
    this.#abort?.abort();
  }
}
