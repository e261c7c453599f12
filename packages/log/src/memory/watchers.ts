interface Watcher {
  readonly onAppend: () => void;
}

/** Who wants to know about appends to a topic. All appends of one turn share one notification. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();
  #notifying = false;

  get size(): number {
    return this.#watchers.size;
  }

  /** Returns the function that stops it, which answers whether it was still on. */
  add(onAppend: () => void): () => boolean {
    // An object of its own, so that the same function may watch twice and stop each by itself.
    const watcher = { onAppend };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** In a microtask: the caller's append is done by then, and a listener that appends doesn't recurse. */
  notify(): void {
    if (this.#notifying || this.#watchers.size === 0) return;
    this.#notifying = true;
    queueMicrotask(() => {
      this.#notifying = false;
      // A copy, or listeners that stop and watch anew would be called without end.
      for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) call(watcher);
    });
  }
}

/** Thrown on, an error would end the process for all topics; swallowed, nobody would ever find it. */
function call(watcher: Watcher): void {
  try {
    watcher.onAppend();
  } catch (error) {
    report("sluice: a listener given to the log's watch threw; listeners must not throw.", error);
  }
}

function report(message: string, error: unknown): void {
  try {
    console.error(message, error);
  } catch {
    console.error(message); // what was thrown throws once more when it is looked at
  }
}
