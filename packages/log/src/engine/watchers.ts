import type { Cursor, LogEntry, Wakeup } from "../log.js";

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
  #before: Cursor | undefined;
  #entries: readonly LogEntry[] = none;
  /** `#entries`, if they are of several appends. */
  #joined: LogEntry[] | undefined;
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
   * @param before The cursor before the entries. `undefined`: the call carries nothing.
   */
  notify(before?: Cursor, entries: readonly LogEntry[] = none): void {
    if (this.#notifying) {
      this.#join(before, entries);
      return;
    }
    if (this.#watchers.size === 0) return;
    this.#notifying = true;
    this.#entries = entries;
    this.#length = lengthOf(entries);
    this.#before = isTooMuch(entries.length, this.#length) ? undefined : before;
    queueMicrotask(() => this.#tell());
  }

  /** Adds to a call that is on its way, even if nobody watches any more: its entries must follow each other. */
  #join(before: Cursor | undefined, entries: readonly LogEntry[]): void {
    if (!this.#before) return;
    if (!before || !isSame(this.#entries.at(-1)?.cursor, before)) {
      this.#before = undefined;
      return;
    }
    this.#length += lengthOf(entries);
    if (isTooMuch(this.#entries.length + entries.length, this.#length)) {
      this.#before = undefined;
      return;
    }
    this.#joined ??= [...this.#entries];
    for (const entry of entries) this.#joined.push(entry);
    this.#entries = this.#joined;
  }

  #tell(): void {
    const wakeup = this.#before && { before: this.#before, entries: this.#entries };
    this.#notifying = false;
    this.#before = undefined;
    this.#entries = none;
    this.#joined = undefined;
    // A copy, or listeners that stop and watch anew would be called without end.
    for (const watcher of [...this.#watchers]) if (this.#watchers.has(watcher)) call(watcher, wakeup);
  }
}

const isTooMuch = (count: number, length: number): boolean => count > maxEntries || length > maxLength;

function lengthOf(entries: readonly LogEntry[]): number {
  let length = 0;
  for (const { data } of entries) length += data.length;
  return length;
}

/** The memory engine's cursor after an entry is that entry's own: mostly there is nothing to compare. */
const isSame = (one: Cursor | undefined, other: Cursor): boolean =>
  one === other || (one?.offset === other.offset && one.mark === other.mark && one.epoch === other.epoch);

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
