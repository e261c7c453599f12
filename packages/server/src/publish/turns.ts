/** Turns per topic: steps run one at a time, in the order in which they joined. A topic without steps costs nothing. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Somebody has the turn, or waits for it. */
  isTaken(topic: string): boolean {
    return this.#last.has(topic);
  }

  /** Runs the step after all that joined before. */
  join<T>(topic: string, step: () => Promise<T>): Promise<T> {
    const result = (this.#last.get(topic) ?? Promise.resolve()).then(step);
    const pass = () => {
      if (this.#last.get(topic) === passed) this.#last.delete(topic);
    };
    const passed: Promise<void> = result.then(pass, pass);
    this.#last.set(topic, passed);
    return result;
  }
}
