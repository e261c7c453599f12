import type { LogEntry, Position, Wakeup } from "../log.js";

interface Watcher {
  readonly onAppend: (wakeup?: Wakeup) => void;
}

/** A call carries at most this many entries and characters of data. If there are more, it carries none. */
const maxEntries = 64;
const maxLength = 64 * 1024;

const none: readonly LogEntry[] = [];

/** The watchers of a topic. All appends in one turn share one call. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();
  #notifying = false;
  /** What the next call carries. `#before` is `undefined` if it carries nothing. */
  #before: Position | undefined;
  #entries: readonly LogEntry[] = none;
  #length = 0;

  get size(): number {
    return this.#watchers.size;
  }

  /** Returns the function that stops it, which answers whether it was still on. */
  add(onAppend: (wakeup?: Wakeup) => void): () => boolean {
    // An object of its own, so that the same function may watch twice and stop each by itself.
    const watcher = { onAppend };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /**
   * Calls the watchers in a microtask: the append is done by then, and a watcher that appends doesn't recurse.
   *
   * @param before The position before the entries. `undefined`: the call carries nothing.
   */
  notify(before?: Position, entries: readonly LogEntry[] = none): void {
    // A call that is on its way takes in every append, even if nobody watches any more: its entries must follow each other.
    if (!this.#notifying) {
      if (this.#watchers.size === 0) return;
      this.#notifying = true;
      this.#before = before;
      this.#length = 0;
      queueMicrotask(() => this.#tell());
    }
    this.#add(before, entries);
  }

  #add(before: Position | undefined, entries: readonly LogEntry[]): void {
    for (const { data } of entries) this.#length += data.length;
    const size = this.#entries.length + entries.length;
    const last = this.#entries.at(-1);
    const isJoined = before && (!last || isSame(last.position, before));
    if (!isJoined || size > maxEntries || this.#length > maxLength) this.#before = undefined;
    // The entries of one append need no copy; those of several are copied, at most 64.
    if (this.#before) this.#entries = this.#entries.length === 0 ? entries : [...this.#entries, ...entries];
  }

  #tell(): void {
    const wakeup = this.#before && { before: this.#before, entries: this.#entries };
    this.#notifying = false;
    this.#before = undefined;
    this.#entries = none;
    // A copy, or listeners that stop and watch anew would be called without end.
    for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) call(watcher, wakeup);
  }
}

const isSame = (one: Position, other: Position): boolean =>
  one.offset === other.offset && one.mark === other.mark && one.epoch === other.epoch;

/** Thrown on, an error would end the process for all topics; swallowed, nobody would ever find it. */
function call(watcher: Watcher, wakeup: Wakeup | undefined): void {
  try {
    watcher.onAppend(wakeup);
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
