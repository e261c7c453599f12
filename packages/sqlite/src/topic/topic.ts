import type { Cursor, GapReason, LogEntry, LogEvent, Retention, Snapshot } from "@sluice/log";
import type { EngineTopic, TopicLease } from "@sluice/log/engine";
import { fromStored, toStored } from "../database/text.js";
import { History } from "./history.js";
import type { TopicContext, TopicState } from "./state.js";

/** Dropped entries are deleted from this many on. */
const slack = 64;
/** Keys that one transaction deletes of a topic. */
const mostKeys = 1_024;

/** One topic: its row in memory, the rest in the file. It is used only within a transaction. */
export class Topic implements EngineTopic {
  readonly id: number;
  readonly name: string;
  readonly state: TopicState;
  readonly lease: TopicLease;
  readonly #context: TopicContext;
  readonly #history: History;

  constructor(id: number, name: string, state: TopicState, lease: TopicLease, context: TopicContext) {
    this.id = id;
    this.name = name;
    this.state = state;
    this.lease = lease;
    this.#context = context;
    this.#history = new History(id, state, context.tables);
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
    const { lastKey } = this.state;
    if (lastKey === undefined) return undefined;
    const { changes } = this.#context.tables.probeKey.run(this.id, toStored(key));
    return Number(changes) === 0 ? undefined : this.readKey(key);
  }

  /** What a key was answered with, if it is remembered. */
  readKey(key: string): Cursor | undefined {
    const { tables, dedupe, now } = this.#context;
    const { turn, lastKey } = this.state;
    const row = lastKey === undefined ? undefined : tables.key.all(this.id, toStored(key))[0];
    if (!row || (row["turn"] as number) < turn - 1 || now() - (row["time"] as number) > dedupe.age) return undefined;
    return this.#cursor(row["off"], row["mark"]);
  }

  rememberKey(key: string, { offset, mark }: Cursor, time: number): void {
    const { state } = this;
    const { tables, dedupe } = this.#context;
    const isTooOld = state.firstKey !== undefined && time - state.firstKey > dedupe.age;
    if (isTooOld || state.keys >= dedupe.keys) this.#nextTurn();
    tables.addKey.run(this.id, toStored(key), state.turn, offset, mark, time);
    state.keys += 1;
    state.firstKey ??= time;
    state.lastKey = time;
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

  /** Drops what is too much or too old, once it is enough, and deletes what was dropped; much of it not at once. */
  settle(now: number): void {
    this.#history.trimTo(this.#history.excess(this.#limits, now, this.#ceiling, true));
    this.#history.deleteDropped();
    this.forgetKeys(now);
  }

  /** For writing: drops what is too old, and what is too much if the topic is not only appended to. */
  catchUp(now: number, isOnlyAppended: boolean): void {
    this.#history.trimTo(this.#history.excess(this.#limits, now, this.#ceiling, isOnlyAppended));
  }

  /** Forgets the keys if they are all too old, and deletes some of those that are forgotten. */
  forgetKeys(now: number): void {
    const { state } = this;
    if (this.#areKeysOver(now)) {
      this.#nextTurn();
      state.lastKey = undefined;
    }
    if (!this.#hasForgottenKeys) return;
    const { changes } = this.#context.tables.dropSomeKeys.run(this.id, this.id, this.#firstTurn, mostKeys);
    if (Number(changes) < mostKeys) state.keyFloor = this.#firstTurn;
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
    const { oldest, before, floor } = this.state;
    const hasOldKeys = this.#areKeysOver(now) || this.#hasForgottenKeys;
    const hasOldEntries = oldest !== undefined && now - oldest > this.#limits.age && before.offset < this.#ceiling;
    return hasOldKeys || hasOldEntries || before.offset - floor > slack;
  }

  /** Whether its `ttl` or `stateTtl` is over, if nobody watches it. */
  isOver(now: number): boolean {
    const { ttl, stateful, quiet } = this.state;
    return now - quiet >= (ttl ?? (stateful ? this.retention.stateTtl : Number.POSITIVE_INFINITY));
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

  #areKeysOver(now: number): boolean {
    const { lastKey } = this.state;
    return lastKey !== undefined && now - lastKey > this.#context.dedupe.age;
  }

  get #hasForgottenKeys(): boolean {
    return this.state.keyFloor < this.#firstTurn;
  }

  /** The first one whose keys are remembered. */
  get #firstTurn(): number {
    const { turn, lastKey } = this.state;
    return lastKey === undefined ? turn : Math.max(turn - 1, 0);
  }

  #nextTurn(): void {
    this.state.turn += 1;
    this.state.keys = 0;
    this.state.firstKey = undefined;
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
