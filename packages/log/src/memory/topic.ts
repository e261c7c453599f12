import { byteLength } from "../engine/byte-length.js";
import { TopicLease } from "../engine/lease.js";
import { chainMark } from "../engine/mark.js";
import type { DedupeOptions } from "../engine/options.js";
import type { EngineTopic } from "../engine/topic.js";
import { Watchers } from "../engine/watchers.js";
import type { Cursor, GapReason, LogEntry, LogEvent, Retention, Snapshot } from "../log.js";
import { DedupeWindow } from "./dedupe.js";
import { Ring } from "./ring.js";

export interface TopicSettings {
  readonly retention: Retention;
  readonly dedupe: DedupeOptions;
}

/** One topic: its history, keys, lease and watchers. */
export class Topic implements EngineTopic {
  readonly watchers: Watchers;
  readonly keys: DedupeWindow;
  readonly lease: TopicLease;
  stateful = false;
  /** Outlives the entries. */
  record: string | undefined;
  ttl: number | undefined;
  retention: Retention;
  usedAt = 0;
  /** Time of the last append or, if that is later, when the last watcher left. */
  quietSince = 0;

  readonly #entries: Ring<LogEntry>;
  #before: Cursor;
  #head: Cursor;
  #bytes = 0;
  #snapshot: Snapshot | undefined;

  /**
   * @param start The place before the first entry that will be appended.
   * @param known Its watchers and its lease, if it had some before.
   */
  constructor(
    start: Cursor,
    { retention, dedupe }: TopicSettings,
    known: { readonly watchers?: Watchers; readonly lease?: TopicLease } = {},
  ) {
    this.watchers = known.watchers ?? new Watchers();
    this.lease = known.lease ?? new TopicLease(start.epoch);
    this.#before = start;
    this.#head = start;
    this.retention = retention;
    this.#entries = new Ring(start.offset + 1);
    this.keys = new DedupeWindow(dedupe);
  }

  get head(): Cursor {
    return this.#head;
  }

  get before(): Cursor {
    return this.#before;
  }

  get snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0;
  }

  /** Never written to, and not watched: only its epoch and its lease have to be kept. */
  get isUnwritten(): boolean {
    const hasLife = this.stateful || this.record !== undefined || this.ttl !== undefined || this.keys.size > 0;
    return this.#head.offset === 0 && !hasLife && this.watchers.size === 0;
  }

  append(event: LogEvent, time: number): LogEntry {
    const { epoch, offset, mark } = this.#head;
    const cursor = { epoch, offset: offset + 1, mark: chainMark(mark, event) };
    const entry = { type: event.type, data: event.data, cursor, time };
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    this.#head = cursor;
    this.quietSince = time;
    return entry;
  }

  findKey(key: string): Cursor | undefined {
    return this.keys.find(key);
  }

  rememberKey(key: string, cursor: Cursor, time: number): void {
    this.keys.remember(key, cursor, time);
  }

  notify(before: Cursor, entries: readonly LogEntry[]): void {
    this.watchers.notify(before, entries);
  }

  endsAt({ epoch, offset, mark }: Cursor): boolean {
    const head = this.#head;
    return offset === head.offset && mark === head.mark && epoch === head.epoch;
  }

  /** Whether its `ttl` or `stateTtl` is over. Never while it is watched. */
  hasExpired(now: number): boolean {
    const ttl = this.ttl ?? (this.stateful ? this.retention.stateTtl : Number.POSITIVE_INFINITY);
    return this.watchers.size === 0 && now - this.quietSince >= ttl;
  }

  gapAt({ epoch, offset, mark }: Cursor): GapReason | undefined {
    if (epoch !== this.#head.epoch) return "epoch";
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > this.#head.offset) return "diverged";
    if (offset < this.#before.offset) return "trimmed";
    return this.placeAt(offset).mark === mark ? undefined : "diverged";
  }

  placeAt(offset: number): Cursor {
    return this.#entries.at(offset)?.cursor ?? this.#before;
  }

  entriesAfter(offset: number, limit: number): LogEntry[] {
    const page: LogEntry[] = [];
    const last = Math.min(offset + limit, this.#head.offset);
    for (let next = offset + 1; next <= last; next += 1) page.push(this.#entries.at(next) as LogEntry);
    return page;
  }

  saveSnapshot(cursor: Cursor, data: string): boolean {
    if (this.gapAt(cursor) || (this.#snapshot && cursor.offset <= this.#snapshot.cursor.offset)) return false;
    this.#snapshot = { cursor: this.placeAt(cursor.offset), data };
    this.stateful = true;
    return true;
  }

  retain(now: number): void {
    for (let oldest = this.#oldest; oldest && this.#isTooMuch(oldest, now); oldest = this.#oldest) this.#drop(oldest);
  }

  trim(offset: number): void {
    for (let oldest = this.#oldest; oldest && oldest.cursor.offset <= offset; oldest = this.#oldest) {
      this.#drop(oldest);
    }
  }

  /** The oldest entry, if it may be dropped. */
  get #oldest(): LogEntry | undefined {
    if (this.stateful && this.#before.offset >= (this.#snapshot?.cursor.offset ?? 0)) return undefined;
    return this.#entries.at(this.#entries.first);
  }

  #isTooMuch(oldest: LogEntry, now: number): boolean {
    const { events, bytes, age } = this.retention;
    const { size } = this.#entries;
    const isTooOld = this.ttl === undefined && now - oldest.time > age;
    return size > events || (this.#bytes > bytes && size > 1) || isTooOld;
  }

  #drop(oldest: LogEntry): void {
    this.#entries.shift();
    this.#bytes -= sizeOf(oldest);
    this.#before = oldest.cursor;
  }
}

function sizeOf({ type, data }: LogEvent): number {
  return byteLength(type) + byteLength(data);
}
