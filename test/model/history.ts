import { formatCursor, parseCursor } from "@sluice/contract/wire";
import type { Log } from "@sluice/server";
import type { Cursor, LogEntry } from "../../packages/log/src/log.js";
import { readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { type Digest, digestOf, initial } from "./digest.js";

export interface Recorded {
  /** The cursor after the entry, and the one before it. */
  readonly cursor: string;
  readonly before: string;
  readonly type: string;
  readonly data: string;
  /** The event's number; `undefined` for what a run says of itself. */
  readonly n: number | undefined;
  /** When it was appended. */
  readonly time: number;
}

/** A state that was saved with a topic. */
export interface SavedState {
  readonly version: number;
  readonly state: unknown;
}

export const offsetOf = (cursor: string) => parseCursor(cursor)?.offset ?? Number.NaN;
export const epochOf = (cursor: string) => parseCursor(cursor)?.epoch;

/**
 * Everything that was ever appended, in whatever life of whatever log: each entry with the one before it, so that whether
 * one place follows another can be said also where a log lost its tail and grew another.
 */
export class History {
  /** How often a log came back as another one. */
  lives = 0;
  readonly #entries = new Map<string, Recorded>();
  readonly #heads = new Map<string, string>();
  readonly #oldest = new Map<string, string>();
  readonly #first = new Map<string, Recorded>();
  readonly #last = new Map<string, Recorded>();
  readonly #saved = new Map<string, SavedState[]>();
  readonly #pull: () => void;
  readonly #states = new Map<(n: number) => boolean, Map<string, Digest>>();

  /** @param pull brings in, by `add`, what was appended elsewhere; it is called whenever something is asked. */
  constructor(pull: (history: History) => void = () => {}) {
    this.#pull = () => pull(this);
  }

  /** Entries were appended after a place. */
  add(topic: string, after: Cursor, entries: readonly LogEntry[]): void {
    let before = formatCursor(after);
    for (const { cursor: place, type, data, time } of entries) {
      const cursor = formatCursor(place);
      const n = type.startsWith("$") ? undefined : JSON.parse(data).n;
      const entry = { cursor, before, type, data, n, time };
      this.#entries.set(cursor, entry);
      if (place.offset === 1) this.#first.set(place.epoch, entry);
      this.#last.set(place.epoch, entry);
      before = cursor;
    }
    this.#heads.set(topic, before);
  }

  /** Everything up to a place was dropped. */
  drop(topic: string, upTo: Cursor): void {
    this.#oldest.set(topic, formatCursor(upTo));
  }

  /** A snapshot was saved. Its text is a state's JSON, behind its version if that is above 1. */
  save(at: Cursor, text: string): void {
    const [, version = "1", json = ""] = /^(?:v(\d+):)?(.*)$/s.exec(text) ?? [];
    const cursor = formatCursor(at);
    this.#saved.set(cursor, [...this.savedAt(cursor), { version: Number(version), state: JSON.parse(json) }]);
  }

  savedAt(cursor: string): readonly SavedState[] {
    return this.#saved.get(cursor) ?? [];
  }

  at(cursor: string): Recorded | undefined {
    this.#pull();
    return this.#entries.get(cursor);
  }

  head(topic: string): string | undefined {
    this.#pull();
    return this.#heads.get(topic);
  }

  /** Where everything that the log still has begins. */
  oldest(topic: string): string | undefined {
    this.#pull();
    return this.#oldest.get(topic);
  }

  /** Whether the log still has everything from a topic's beginning up to a place. */
  isWhole(topic: string, cursor: string): boolean {
    const oldest = this.oldest(topic) ?? "";
    return offsetOf(oldest) === 0 && epochOf(oldest) === epochOf(cursor);
  }

  /** The entry that an epoch began with. */
  first(epoch: string | undefined): Recorded | undefined {
    this.#pull();
    return this.#first.get(epoch ?? "");
  }

  /** The entries that all epochs began with. */
  get beginnings(): Iterable<Recorded> {
    this.#pull();
    return this.#first.values();
  }

  /** The entry that was appended last in an epoch. */
  last(epoch: string | undefined): Recorded | undefined {
    this.#pull();
    return this.#last.get(epoch ?? "");
  }

  /** The first events after a place: one for each way in which a log that lost its tail went on from there. */
  eventsAfter(place: string): Recorded[] {
    this.#pull();
    const next = [...this.#entries.values()].filter(({ before }) => before === place);
    return next.flatMap((entry) => (entry.n === undefined ? this.eventsAfter(entry.cursor) : [entry]));
  }

  /** Whether of all entries after one place, up to and with another, none passes. */
  follows(earlier: string, later: string, passes: (n: number) => boolean): boolean {
    this.#pull();
    for (let place = later; place !== earlier; ) {
      const entry = this.#entries.get(place);
      if (!entry || (entry.n !== undefined && passes(entry.n))) return false;
      place = entry.before;
    }
    return true;
  }

  /** Whether one place is a part of another one's past. */
  isPast(earlier: string, later: string): boolean {
    return this.follows(earlier, later, () => false);
  }

  /** The entries from the beginning up to a place. */
  upTo(cursor: string): Recorded[] {
    this.#pull();
    const entries: Recorded[] = [];
    for (let entry = this.#entries.get(cursor); entry; entry = this.#entries.get(entry.before)) entries.push(entry);
    return entries.reverse();
  }

  stateAt(cursor: string, passes: (n: number) => boolean): Digest {
    const states = this.#states.get(passes) ?? new Map<string, Digest>();
    this.#states.set(passes, states);
    const known = states.get(cursor);
    if (known) return known;
    const told = this.upTo(cursor).flatMap(({ n }) => (n !== undefined && passes(n) ? [{ n }] : []));
    const state = told.reduce(digestOf, initial);
    states.set(cursor, state);
    return state;
  }

  /** A topic has another history from now on, or less of the one that it had. */
  turn(topic: string, oldest: Cursor, head: Cursor): void {
    this.#heads.set(topic, formatCursor(head));
    this.drop(topic, oldest);
  }

  /** Reads anew where topics of a log begin and end, after something else than an append has changed it. Default: all. */
  async adopt(log: Log, topics: readonly string[] = [...this.#heads.keys()]): Promise<void> {
    this.lives++;
    for (const topic of topics) {
      const page = await readLog(log, topic, "oldest", 0);
      if (page.ok) this.turn(topic, page.end, page.head);
    }
  }
}
