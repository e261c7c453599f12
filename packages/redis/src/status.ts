type Now = "up" | "down";

/** Whether Redis can be reached, and who wants to know. */
export class Status {
  readonly #isUp: () => boolean;
  readonly #listeners = new Set<{ readonly listener: (now: Now) => void }>();
  #told: Now = "down";

  constructor(isUp: () => boolean) {
    this.#isUp = isUp;
  }

  get now(): Now {
    return this.#told;
  }

  /** Tells the listeners, if something has changed. */
  look(): void {
    const now = this.#isUp() ? "up" : "down";
    if (now === this.#told) return;
    this.#told = now;
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(now);
      } catch (error) {
        console.error("sluice: a listener given to onStatus threw; listeners must not throw.", error);
      }
    }
  }

  on(listener: (now: Now) => void): () => void {
    const added = { listener };
    this.#listeners.add(added);
    return () => this.#listeners.delete(added);
  }
}
