import type { Cursor, LogEntry, Wakeup } from "@sluice/log";
import { isSameCursor } from "./same-cursor.js";

/** Most entries that are kept. Beyond that, the tail reads the log. */
const most = 512;

const none: readonly LogEntry[] = [];

/** The entries that wake-ups carried, until the tail hands them out. */
export class Carried {
  /** The cursor before the first entry. `undefined`: there are no entries. */
  #before: Cursor | undefined;
  #entries: readonly LogEntry[] = none;
  /** The same array, if it has the entries of several wake-ups. */
  #joined: LogEntry[] | undefined;

  get isEmpty(): boolean {
    return this.#before === undefined;
  }

  /** False: entries before these are missing, so the log has to be read. */
  add({ before, entries }: Wakeup): boolean {
    const isFirst = this.#before === undefined;
    const end = this.#entries.at(-1)?.cursor;
    const last = entries.at(-1)?.cursor;
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

  /** Removes all entries, and returns those after `cursor`. `undefined`: `cursor` is not among theirs, so the log has to be read. */
  takeAfter(cursor: Cursor): readonly LogEntry[] | undefined {
    const before = this.#before;
    const entries = this.#entries;
    this.#set(undefined, none);
    if (!before || isSameCursor(before, cursor)) return entries;
    const index = cursor.offset - before.offset - 1;
    const at = entries[index]?.cursor;
    return at && isSameCursor(at, cursor) ? entries.slice(index + 1) : undefined;
  }

  #set(before: Cursor | undefined, entries: readonly LogEntry[]): void {
    this.#before = before;
    this.#entries = entries;
    this.#joined = undefined;
  }
}
