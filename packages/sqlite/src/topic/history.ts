import type { Cursor, GapReason, LogEntry, LogEvent, Retention } from "@sluice/log";
import { byteLength, chainMark } from "@sluice/log/engine";
import type { Unmoved } from "../journal/unmoved.js";
import { takeEntry } from "./row.js";
import type { TopicContext, TopicState } from "./state.js";

/** Entries are dropped and deleted this many at a time: a range costs hardly more than a row. Nobody reads those that wait for it. */
export const slack = 64;
/** Bytes of entries that may wait for it. */
const slackBytes = 64 * 1024;
/** Entries that one transaction deletes of a topic. The rest is left to later ones. */
const most = 1_024;

/** A place in a history, with what retention needs to know of it. */
interface Place {
  readonly cursor: Cursor;
  readonly sum: number;
  readonly time: number;
}

/** The entries of one topic. Their offsets are dense and their times never go back, so places are found by halving. */
export class History {
  readonly #id: number;
  readonly #state: TopicState;
  readonly #context: TopicContext;
  /** The end of the page read last, which is asked for next. */
  #lastRead: Cursor | undefined;

  constructor(id: number, state: TopicState, context: TopicContext) {
    this.#id = id;
    this.#state = state;
    this.#context = context;
  }

  append({ type, data }: LogEvent, now: number): LogEntry {
    const state = this.#state;
    const { offset, mark } = state.head;
    const time = Math.max(now, state.quiet);
    const cursor = this.#cursor(offset + 1, chainMark(mark, { type, data }));
    const sum = state.headSum + byteLength(type) + byteLength(data);
    const added = { entry: { type, data, cursor, time }, sum };
    this.#context.journal.take(this.#id).addEntry(added);
    takeEntry(state, added);
    return added.entry;
  }

  gapAt({ epoch, offset, mark }: Cursor): GapReason | undefined {
    const { head, before } = this.#state;
    if (epoch !== head.epoch) return "epoch";
    if (!Number.isSafeInteger(offset) || offset < 0 || offset > head.offset) return "diverged";
    if (offset < before.offset) return "trimmed";
    return this.placeAt(offset).mark === mark ? undefined : "diverged";
  }

  placeAt(offset: number): Cursor {
    const { head, before } = this.#state;
    if (offset === head.offset) return head;
    if (offset === before.offset) return before;
    if (offset === this.#lastRead?.offset) return this.#lastRead;
    return this.#entryAt(offset).cursor;
  }

  entriesAfter(offset: number, limit: number): LogEntry[] {
    const last = Math.min(offset + limit, this.#state.head.offset);
    if (last <= offset) return [];
    const moved = Math.min(last, (this.#unmoved?.first ?? Number.POSITIVE_INFINITY) - 1);
    const entries = moved > offset ? this.#context.tables.segments.between(this.#id, offset, moved) : [];
    for (const { entry } of this.#unmoved?.between(offset, last) ?? []) entries.push(entry);
    this.#lastRead = entries.at(-1)?.cursor;
    return entries;
  }

  /**
   * The offset up to which entries are too many or too old, at most `ceiling`.
   *
   * @param mayWait Too many are none, as long as they are few.
   */
  excess({ events, bytes, age }: Retention, now: number, ceiling: number, mayWait = false): number {
    const state = this.#state;
    const { head, headSum, before } = state;
    let offset = before.offset;
    if (head.offset - events - offset >= (mayWait ? slack : 1)) offset = head.offset - events;
    if (headSum - state.beforeSum > bytes + (mayWait ? slackBytes : 0)) {
      // An entry goes if it and those after it are too much. The newest stays.
      offset = lastThat(offset, head.offset - 1, (at) => headSum - this.#sumAt(at - 1) > bytes);
    }
    if (state.oldest !== undefined && now - state.oldest > age) {
      const first = offset + 1;
      offset = lastThat(offset, head.offset, (at) => now - this.#entryAt(at).time > age);
      // It was only a bound.
      if (offset < first && first <= head.offset) state.oldest = this.#entryAt(first).time;
    }
    return Math.max(before.offset, Math.min(offset, ceiling));
  }

  /** Drops the entries up to this one. They are deleted later. */
  trimTo(offset: number): void {
    const state = this.#state;
    if (offset <= state.before.offset) return;
    const { cursor, sum, time } = this.#entryAt(offset);
    state.before = cursor;
    state.beforeSum = sum;
    state.oldest = offset === state.head.offset ? undefined : time;
  }

  /** Moves entries that are in the journal to their table, but for dropped ones. Returns how many. */
  move(): number {
    const { before, head } = this.#state;
    const moved = this.#unmoved?.between(before.offset, head.offset) ?? [];
    this.#context.tables.segments.add(this.#id, moved);
    return moved.length;
  }

  /** Deletes dropped entries of the table, if there are enough of them; of many only some. */
  deleteDropped(): void {
    const state = this.#state;
    const { before, moved, floor } = state;
    const waiting = Math.min(before.offset, moved) - floor;
    const isEmpty = before.offset >= moved;
    if (waiting <= 0 || !(waiting >= slack || isEmpty || state.beforeSum - state.floorSum > slackBytes)) return;
    const isAll = waiting <= most;
    if (isAll) state.floorSum = state.beforeSum;
    state.floor = isAll ? before.offset : floor + most;
    this.#context.tables.segments.drop(this.#id, state.floor);
  }

  #cursor(offset: number, mark: string): Cursor {
    return { epoch: this.#state.head.epoch, offset, mark };
  }

  get #unmoved(): Unmoved | undefined {
    return this.#context.journal.of(this.#id);
  }

  #entryAt(offset: number): Place {
    const found = this.#unmoved?.at(offset) ?? this.#context.tables.segments.at(this.#id, offset);
    if (!found) throw new Error(`entry ${offset} of a topic that ends at ${this.#state.head.offset} is missing`);
    return { cursor: found.entry.cursor, sum: found.sum, time: found.entry.time };
  }

  #sumAt(offset: number): number {
    const { before, beforeSum } = this.#state;
    return offset === before.offset ? beforeSum : this.#entryAt(offset).sum;
  }
}

/** The last offset after `from`, up to `to`, for which it is so; else `from`. It is so for all before the last. */
function lastThat(from: number, to: number, isSo: (offset: number) => boolean): number {
  // Mostly it is none, one or few.
  let [low, step] = [from, 1];
  while (low + step <= to && isSo(low + step)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step - 1, to);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isSo(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
