type Now = "up" | "down";
type Tried = "read" | "write" | "path";

/** Whether the file can be used, and who wants to know. */
export class Status {
  readonly #listeners = new Set<{ readonly listener: (now: Now) => void }>();
  /** What failed, and has not worked since. */
  readonly #failing = new Set<Tried>();

  get isDown(): boolean {
    return this.#failing.size > 0;
  }

  isFailing(tried: Tried): boolean {
    return this.#failing.has(tried);
  }

  note(tried: Tried, hasWorked: boolean): void {
    const wasDown = this.isDown;
    if (hasWorked) this.#failing.delete(tried);
    else this.#failing.add(tried);
    if (this.isDown !== wasDown) this.#tell(this.isDown ? "down" : "up");
  }

  on(listener: (now: Now) => void): () => void {
    const added = { listener };
    this.#listeners.add(added);
    return () => this.#listeners.delete(added);
  }

  #tell(now: Now): void {
    for (const { listener } of [...this.#listeners]) {
      try {
        listener(now);
      } catch (error) {
        console.error("sluice: a listener given to onStatus threw; listeners must not throw.", error);
      }
    }
  }
}
