import type { Cursor, GapReason, LogEntry, LogEvent, Retention, Snapshot } from "@sluice/log";
import type { EngineTopic, TopicLease } from "@sluice/log/engine";
import { fromStored, toStored } from "../database/text.js";
import type { Needless } from "../journal/unmoved.js";
import { History, slack } from "./history.js";
import { Keys } from "./keys.js";
import { isSameRetention } from "./row.js";
import type { TopicContext, TopicState } from "./state.js";

/** One topic: its row in memory, the rest in the file. It is used only within a transaction. */
export class Topic implements EngineTopic {
  readonly id: number;
  readonly name: string;
  readonly state: TopicState;
  readonly lease: TopicLease;
  readonly #context: TopicContext;
  readonly #history: History;
  readonly #keys: Keys;

  constructor(id: number, name: string, state: TopicState, lease: TopicLease, context: TopicContext) {
    this.id = id;
    this.name = name;
    this.state = state;
    this.lease = lease;
    this.#context = context;
    this.#history = new History(id, state, context);
    this.#keys = new Keys(id, state, context);
  }

  get head(): Cursor {
    return this.state.head;
  }

  get before(): Cursor {
    return this.state.before;
  }

  get stateful(): boolean {
    return this.state.stateful;
  }

  set stateful(stateful: boolean) {
    this.state.stateful = stateful;
  }

  get record(): string | undefined {
    return this.state.record;
  }

  set record(record: string | undefined) {
    this.state.record = record;
  }

  get ttl(): number | undefined {
    return this.state.ttl;
  }

  set ttl(ttl: number | undefined) {
    this.state.ttl = ttl;
  }

  get retention(): Retention {
    return this.state.ownRetention ?? this.#context.baseRetention;
  }

  set retention(retention: Retention) {
    this.state.ownRetention = retention;
  }

  /** Whether an append that gives these changes which entries are dropped. */
  willBeKeptOtherwise(retention: Retention | undefined, stateful: boolean | undefined): boolean {
    const isOther = retention !== undefined && !isSameRetention(retention, this.retention);
    return isOther || (stateful === true && !this.stateful);
  }

  get snapshot(): Snapshot | undefined {
    const row = this.state.saved === undefined ? undefined : this.#context.tables.snapshot.all(this.id)[0];
    if (!row) return undefined;
    return { cursor: this.#cursor(row["off"], row["mark"]), data: fromStored(row["data"] as string) };
  }

  saveSnapshot(cursor: Cursor, data: string): boolean {
    const { state } = this;
    if (this.gapAt(cursor) || (state.saved !== undefined && cursor.offset <= state.saved)) return false;
    this.#context.tables.setSnapshot.run(this.id, cursor.offset, cursor.mark, toStored(data));
    state.saved = cursor.offset;
    state.stateful = true;
    return true;
  }

  /** For writing. */
  findKey(key: string): Cursor | undefined {
    return this.#keys.find(key);
  }

  /** What a key was answered with, if it is remembered. */
  readKey(key: string): Cursor | undefined {
    return this.#keys.read(key);
  }

  rememberKey(key: string, cursor: Cursor, time: number): void {
    this.#keys.remember(key, cursor, time);
  }

  append(event: LogEvent, now: number): LogEntry {
    return this.#history.append(event, now);
  }

  endsAt({ epoch, offset, mark }: Cursor): boolean {
    const { head } = this.state;
    return offset === head.offset && mark === head.mark && epoch === head.epoch;
  }

  gapAt(cursor: Cursor): GapReason | undefined {
    return this.#history.gapAt(cursor);
  }

  placeAt(offset: number): Cursor {
    return this.#history.placeAt(offset);
  }

  entriesAfter(offset: number, limit: number): LogEntry[] {
    return this.#history.entriesAfter(offset, limit);
  }

  notify(before: Cursor, entries: readonly LogEntry[]): void {
    this.#context.appended(this.name, before, entries);
  }

  /** Nothing at once: the transaction settles each topic once, at its end. */
  retain(): void {}

  trim(offset: number): void {
    this.#history.trimTo(Math.min(offset, this.#ceiling));
  }

  /** Moves all that is in the journal and still needed to its tables. Returns how much. */
  move(): number {
    const moved = this.#history.move() + this.#keys.move();
    this.state.moved = this.head.offset;
    return moved;
  }

  /** Whether something that came with entries up to this offset has to be moved, before the journal loses it. */
  needsUnmoved(upTo: number): boolean {
    return this.needless.entries < upTo || this.#keys.needUnmoved(upTo);
  }

  /** Deletes what was dropped or forgotten from the tables, if it is enough; of much only some. */
  tidy(): void {
    this.#history.deleteDropped();
    this.#keys.deleteForgotten();
  }

  /** For writing: drops what is too old, and what is too much if the topic is not only appended to. */
  catchUp(now: number, isOnlyAppended: boolean): void {
    this.#keys.forget(now);
    this.#history.trimTo(this.#history.excess(this.#limits, now, this.#ceiling, isOnlyAppended));
  }

  /** The topic as readers see it: without entries that are too old or too much, also while they are in the file. */
  asOf(now: number): Topic {
    const offset = this.#history.excess(this.#limits, now, this.#ceiling);
    if (offset === this.state.before.offset) return this;
    const seen = new Topic(this.id, this.name, { ...this.state }, this.lease, this.#context);
    seen.#history.trimTo(offset);
    return seen;
  }

  /** Whether a sweep has something to do here. */
  needsCare(now: number): boolean {
    const { oldest, before, moved, floor } = this.state;
    const hasOldKeys = this.#keys.areOver(now) || this.#keys.areToBeDeleted;
    const hasOldEntries = oldest !== undefined && now - oldest > this.#limits.age && before.offset < this.#ceiling;
    return hasOldKeys || hasOldEntries || Math.min(before.offset, moved) - floor > slack;
  }

  /** Whether its `ttl` or `stateTtl` is over, if nobody watches it. */
  isOver(now: number): boolean {
    const { ttl, stateful, quiet } = this.state;
    return now - quiet >= (ttl ?? (stateful ? this.retention.stateTtl : Number.POSITIVE_INFINITY));
  }

  /** What of it is not needed from the journal. */
  get needless(): Needless {
    const { before, moved } = this.state;
    return { entries: Math.max(before.offset, moved), keys: moved, firstTurn: this.#keys.firstTurn };
  }

  /** Its last use, as far as it is noted. */
  get usedAt(): number {
    return Math.max(this.state.used, this.state.quiet);
  }

  /** Whether nothing but the time since its last use keeps it, and watchers. */
  isUnused(now: number): boolean {
    const { before, head, stateful, record, ttl, lastKey } = this.state;
    const hasLife = stateful || record !== undefined || ttl !== undefined || lastKey !== undefined;
    return before.offset === head.offset && !hasLife && !this.lease.isHeld(now);
  }

  /** The retention that applies: with a `ttl`, entries have no age. */
  get #limits(): Retention {
    return this.state.ttl === undefined ? this.retention : { ...this.retention, age: Number.POSITIVE_INFINITY };
  }

  /** Entries up to this offset may be dropped at most. */
  get #ceiling(): number {
    const { stateful, saved, head } = this.state;
    return stateful ? (saved ?? 0) : head.offset;
  }

  #cursor(offset: unknown, mark: unknown): Cursor {
    return { epoch: this.state.head.epoch, offset: offset as number, mark: mark as string };
  }
}
