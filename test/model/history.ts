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
  /** The event's number; `undefined` for a run's own entries. */
  readonly n: number | undefined;
  /** The time of its append. */
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
 * Everything that was ever appended, in any life of any log. Each entry refers to the one before it. So the order of two
 * cursors is known even if a log lost its tail and grew another one.
 */
export class History {
  /** How often the log was replaced by another one. */
  lives = 0;
  readonly #entries = new Map<string, Recorded>();
  readonly #heads = new Map<string, string>();
  readonly #oldest = new Map<string, string>();
  readonly #first = new Map<string, Recorded>();
  readonly #last = new Map<string, Recorded>();
  readonly #saved = new Map<string, SavedState[]>();
  readonly #lost = new Map<string, string[]>();
  readonly #pull: () => void;
  /** The epochs of all lives of each topic. */
  readonly #epochs = new Map<string, Set<string>>();
  readonly #knowsLives: boolean;
  readonly #states = new Map<(n: number) => boolean, Map<string, Digest>>();

  /**
   * @param pull adds entries that were appended elsewhere, by `add`. Every query calls it first.
   * @param knowsLives it is told of each life of a topic, also without entries
   */
  constructor(pull: (history: History) => void = () => {}, { knowsLives = true } = {}) {
    this.#pull = () => pull(this);
    this.#knowsLives = knowsLives;
  }

  /** Records entries that were appended after a cursor. */
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
    this.#live(topic, after);
  }

  /** Records that everything up to a cursor was dropped. */
  drop(topic: string, upTo: Cursor): void {
    this.#oldest.set(topic, formatCursor(upTo));
    this.#live(topic, upTo);
  }

  /** Whether this was, or is, a life of a topic. */
  isLife(topic: string, epoch: string | undefined): boolean {
    this.#pull();
    return !this.#knowsLives || this.#epochs.get(topic)?.has(epoch ?? "") === true;
  }

  /** Records a saved snapshot. Its text is the state's JSON, after its version if that is above 1. */
  save(at: Cursor, text: string): void {
    const [, version = "1", json = ""] = /^(?:v(\d+):)?(.*)$/s.exec(text) ?? [];
    const cursor = formatCursor(at);
    this.#saved.set(cursor, [...this.savedAt(cursor), { version: Number(version), state: JSON.parse(json) }]);
  }

  savedAt(cursor: string): readonly SavedState[] {
    return this.#saved.get(cursor) ?? [];
  }

  /** An entry, as far as it is known without a pull. */
  recorded(cursor: string): Recorded | undefined {
    return this.#entries.get(cursor);
  }

  at(cursor: string): Recorded | undefined {
    this.#pull();
    return this.#entries.get(cursor);
  }

  head(topic: string): string | undefined {
    this.#pull();
    return this.#heads.get(topic);
  }

  /** The cursor before the oldest entry that the log still has. */
  oldest(topic: string): string | undefined {
    this.#pull();
    return this.#oldest.get(topic);
  }

  /** The same, as far as it is known without a pull. */
  oldestKnown(topic: string): string | undefined {
    return this.#oldest.get(topic);
  }

  /** Whether the log still has everything from a topic's beginning up to a cursor. */
  isWhole(topic: string, cursor: string): boolean {
    const oldest = this.oldest(topic) ?? "";
    return offsetOf(oldest) === 0 && epochOf(oldest) === epochOf(cursor);
  }

  /** The first entry of an epoch. */
  first(epoch: string | undefined): Recorded | undefined {
    this.#pull();
    return this.#first.get(epoch ?? "");
  }

  /** The first entries of all epochs. */
  get beginnings(): Iterable<Recorded> {
    this.#pull();
    return this.#first.values();
  }

  /** The last entry of an epoch. */
  last(epoch: string | undefined): Recorded | undefined {
    this.#pull();
    return this.#last.get(epoch ?? "");
  }

  /** The first events after a cursor. There are several if the log lost its tail there and continued. */
  eventsAfter(place: string): Recorded[] {
    this.#pull();
    const next = [...this.#entries.values()].filter(({ before }) => before === place);
    return next.flatMap((entry) => (entry.n === undefined ? this.eventsAfter(entry.cursor) : [entry]));
  }

  /** Whether no entry passes between two cursors, including the entry at the second one. */
  follows(earlier: string, later: string, passes: (n: number) => boolean): boolean {
    this.#pull();
    for (let place = later; place !== earlier; ) {
      const entry = this.#entries.get(place);
      if (!entry || (entry.n !== undefined && passes(entry.n))) return false;
      place = entry.before;
    }
    return true;
  }

  /** Whether one cursor is in another one's past. */
  isPast(earlier: string, later: string): boolean {
    return this.follows(earlier, later, () => false);
  }

  /** The entries from the beginning up to a cursor. */
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

  /** Where a topic's history ended each time that it lost a part of it, or got a new one. The earliest is first. */
  lostHeads(topic: string): readonly string[] {
    return this.#lost.get(topic) ?? [];
  }

  /** Records that a topic has a new history, or lost a part of its history. */
  turn(topic: string, oldest: Cursor, head: Cursor): void {
    this.#lost.set(topic, [...this.lostHeads(topic), this.#heads.get(topic) ?? ""]);
    this.#heads.set(topic, formatCursor(head));
    this.drop(topic, oldest);
  }

  #live(topic: string, { epoch }: Cursor): void {
    const epochs = this.#epochs.get(topic) ?? new Set();
    this.#epochs.set(topic, epochs.add(epoch));
  }

  /** Reads again where a log's topics begin and end, after a change other than an append. Default: all topics. */
  async adopt(log: Log, topics: readonly string[] = [...this.#heads.keys()]): Promise<void> {
    this.lives++;
    for (const topic of topics) {
      const page = await readLog(log, topic, "oldest", 0);
      if (page.ok) this.turn(topic, page.end, page.head);
    }
  }
}
