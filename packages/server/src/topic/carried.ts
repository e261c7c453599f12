import type { LogEntry, Position, Wakeup } from "@sluice/log";
import { isSameCursor } from "./same-cursor.js";

/** Most entries that are kept. Beyond that, the tail reads the log. */
const most = 512;

const none: readonly LogEntry[] = [];

/** The entries that wake-ups carried, until the tail hands them out. */
export class Carried {
  /** The position before the first entry. `undefined`: there are no entries. */
  #before: Position | undefined;
  #entries: readonly LogEntry[] = none;
  /** The same array, if it has the entries of several wake-ups. */
  #joined: LogEntry[] | undefined;

  get isEmpty(): boolean {
    return this.#before === undefined;
  }

  /** False: entries before these are missing, so the log has to be read. */
  add({ before, entries }: Wakeup): boolean {
    const isFirst = this.#before === undefined;
    const end = this.#entries.at(-1)?.position;
    const last = entries.at(-1)?.position;
    if (end && last && isSameCursor(last, end)) return true; // this wake-up came twice
    if (end && isSameCursor(before, end) && this.#entries.length + entries.length <= most) {
      this.#joined ??= [...this.#entries];
      this.#joined.push(...entries);
      this.#entries = this.#joined;
      return true;
    }
    this.#set(before, entries);
    return isFirst;
  }

  /** Removes all entries, and returns those after `position`. `undefined`: `position` is not among theirs, so the log has to be read. */
  takeAfter(position: Position): readonly LogEntry[] | undefined {
    const before = this.#before;
    const entries = this.#entries;
    this.#set(undefined, none);
    if (!before || isSameCursor(before, position)) return entries;
    const index = position.offset - before.offset - 1;
    const at = entries[index]?.position;
    return at && isSameCursor(at, position) ? entries.slice(index + 1) : undefined;
  }

  #set(before: Position | undefined, entries: readonly LogEntry[]): void {
    this.#before = before;
    this.#entries = entries;
    this.#joined = undefined;
  }
}
