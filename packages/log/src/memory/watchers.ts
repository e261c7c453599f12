import type { LogEntry, Position, Wakeup } from "../log.js";

interface Watcher {
  readonly onAppend: (wakeup?: Wakeup) => void;
}

/** A wake-up carries so many entries at most, and so many characters of data; else nothing. */
const mostEntries = 64;
const mostLength = 64 * 1024;

const none: readonly LogEntry[] = [];

/** Who wants to know about appends to a topic. All appends of one turn share one notification. */
export class Watchers {
  readonly #watchers = new Set<Watcher>();
  #notifying = false;
  /** What the notification under way carries. */
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
   * In a microtask: the caller's append is done by then, and a listener that appends doesn't recurse.
   *
   * @param before The place before the entries, if any are to be told.
   */
  notify(before?: Position, entries: readonly LogEntry[] = none): void {
    // Not before one under way is added to: entries that are told together follow each other.
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
    if (!isJoined || size > mostEntries || this.#length > mostLength) this.#before = undefined;
    // The entries of one append are given on as they are; of those of several an array is made, at most 64 long.
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
