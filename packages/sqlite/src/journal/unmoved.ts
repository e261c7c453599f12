import type { Cursor, LogEntry } from "@sluice/log";

/** An entry, with the bytes of all entries of its topic up to it. */
export interface SummedEntry {
  readonly entry: LogEntry;
  readonly sum: number;
}

/** An idempotency key, and what its append was answered with. */
export interface RememberedKey {
  readonly key: string;
  readonly turn: number;
  readonly cursor: Cursor;
  readonly time: number;
}

/** What is in the tables, or was dropped. */
export interface Needless {
  /** Entries up to this offset. */
  readonly entries: number;
  /** Keys that came with entries up to this offset. */
  readonly keys: number;
  /** Keys of turns before this one. */
  readonly firstTurn: number;
}

/** All that there is up to an offset. */
export const upTo = (offset: number): Needless => ({ entries: offset, keys: offset, firstTurn: 0 });

/**
 * What one topic has in the journal and not yet in its tables: entries, which are its newest and have no gap, and keys, the oldest first. What
 * the transaction under way has added is new until it ends.
 */
export class Unmoved {
  readonly #entries: SummedEntry[] = [];
  readonly #keys: RememberedKey[] = [];
  readonly #byKey = new Map<string, RememberedKey>();
  #committedEntries = 0;
  #committedKeys = 0;

  get isEmpty(): boolean {
    return this.#entries.length === 0 && this.#keys.length === 0;
  }

  get entries(): readonly SummedEntry[] {
    return this.#entries;
  }

  get keys(): readonly RememberedKey[] {
    return this.#keys;
  }

  get newEntries(): readonly SummedEntry[] {
    return this.#entries.slice(this.#committedEntries);
  }

  get newKeys(): readonly RememberedKey[] {
    return this.#keys.slice(this.#committedKeys);
  }

  /** The first entry's offset. */
  get first(): number {
    return this.#entries[0]?.entry.cursor.offset ?? Number.POSITIVE_INFINITY;
  }

  get bytes(): number {
    const [first, last] = [this.#entries[0], this.#entries.at(-1)];
    return first && last ? last.sum - first.sum : 0;
  }

  at(offset: number): SummedEntry | undefined {
    return this.#entries[offset - this.first];
  }

  /** How many entries there are after an offset. */
  countAfter(offset: number): number {
    return Math.min(Math.max(this.first + this.#entries.length - 1 - offset, 0), this.#entries.length);
  }

  /** Entries after an offset, up to another one. */
  between(after: number, last: number): readonly SummedEntry[] {
    const { first } = this;
    return this.#entries.slice(Math.max(after + 1 - first, 0), Math.max(last + 1 - first, 0));
  }

  key(key: string): RememberedKey | undefined {
    return this.#byKey.get(key);
  }

  /** Entries before a gap are in the tables. */
  addEntry(added: SummedEntry): void {
    const last = this.#entries.at(-1)?.entry.cursor.offset;
    if (last !== undefined && added.entry.cursor.offset !== last + 1) this.drop(upTo(last));
    this.#entries.push(added);
  }

  addKey(added: RememberedKey): void {
    this.#keys.push(added);
    this.#byKey.set(added.key, added);
  }

  /** Whether something of it came with the entries up to this one. */
  hasUpTo(offset: number): boolean {
    return this.first <= offset || (this.#keys[0]?.cursor.offset ?? Number.POSITIVE_INFINITY) <= offset;
  }

  /** Drops what is not needed from here. */
  drop(needless: Needless): void {
    const entries = this.#entries.length - this.countAfter(needless.entries);
    if (entries > 0) this.#entries.splice(0, entries);
    this.#committedEntries = Math.max(this.#committedEntries - entries, 0);
    let keys = 0;
    for (const each of this.#keys) {
      if (each.cursor.offset > needless.keys && each.turn >= needless.firstTurn) break;
      if (this.#byKey.get(each.key) === each) this.#byKey.delete(each.key);
      keys += 1;
    }
    if (keys > 0) this.#keys.splice(0, keys);
    this.#committedKeys = Math.max(this.#committedKeys - keys, 0);
  }

  /** The transaction is committed, or nothing of it is. */
  ended(isCommitted: boolean): void {
    if (!isCommitted) {
      this.#entries.length = this.#committedEntries;
      for (const each of this.#keys.splice(this.#committedKeys)) {
        // One that it took the place of was too old already.
        if (this.#byKey.get(each.key) === each) this.#byKey.delete(each.key);
      }
    }
    this.#committedEntries = this.#entries.length;
    this.#committedKeys = this.#keys.length;
  }
}
