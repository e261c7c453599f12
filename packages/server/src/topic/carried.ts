import type { LogEntry, Position, Wakeup } from "@sluice/log";
import { isSameCursor } from "./same-cursor.js";

/** Most entries that are kept: what is more is read. */
const most = 512;

const none: readonly LogEntry[] = [];

/** The entries that came along with wake-ups, from when they came until they are handed out. */
export class Carried {
  /** Where they begin. Absent: there are none. */
  #before: Position | undefined;
  #entries: readonly LogEntry[] = none;
  /** The same, once they are of several wake-ups. */
  #joined: LogEntry[] | undefined;

  get isEmpty(): boolean {
    return this.#before === undefined;
  }

  /** False: something before them was not told, or is not kept, so that it has to be read. */
  add({ before, entries }: Wakeup): boolean {
    const isFirst = this.#before === undefined;
    const end = this.#entries.at(-1)?.position;
    const last = entries.at(-1)?.position;
    if (end && last && isSameCursor(last, end)) return true; // told twice
    if (end && isSameCursor(before, end) && this.#entries.length + entries.length <= most) {
      this.#joined ??= [...this.#entries];
      this.#joined.push(...entries);
      this.#entries = this.#joined;
      return true;
    }
    this.#set(before, entries);
    return isFirst;
  }

  /** What follows a position, and nothing is left. `undefined`: that can't be told by them, so it has to be read. */
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
