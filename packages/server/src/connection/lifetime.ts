/** Somebody who is told once when a lifetime is over. */
export interface Mortal {
  onEnd(): void;
}

const nobody: readonly Mortal[] = [];

/**
 * From a request to the end of its answer, in whatever way that comes. An `AbortSignal` says the same to users' code; it is
 * made when it is asked for, since ten thousand idle streams that nobody asks it of would each carry one.
 */
export class Lifetime {
  over = false;
  #mortals: readonly Mortal[] = nobody;
  #abort: AbortController | undefined;

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.over) this.#abort.abort();
    }
    return this.#abort.signal;
  }

  /** Tells `mortal` of the end; at once, if it has come already. */
  watch(mortal: Mortal): void {
    if (this.over) {
      mortal.onEnd();
    } else {
      // An array that is pushed to makes room for sixteen more; there are two or three.
      this.#mortals = this.#mortals.concat(mortal);
    }
  }

  /** Takes back `watch`, for somebody who has no more interest in it. */
  unwatch(mortal: Mortal): void {
    this.#mortals = this.#mortals.filter((each) => each !== mortal);
  }

  end(): void {
    if (this.over) return;
    this.over = true;
    const mortals = this.#mortals;
    this.#mortals = nobody;
    for (const mortal of mortals) mortal.onEnd();
    this.#abort?.abort();
  }
}
