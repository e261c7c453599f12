import { expect } from "vitest";
import type { Cursor, Log, LogEntry, ReadFrom } from "../log.js";
import { headOf, read, snapshotOf } from "./helpers.js";

/**
 * Uses one topic of a log, and keeps its full, untrimmed history. It checks the log's answers against that history. It accepts
 * any trimming that the port allows.
 */
export class LogModel {
  readonly topic: string;
  /** Every cursor that the log ever returned, including those of lost tails. */
  readonly cursors: Cursor[] = [];
  readonly #log: Log;
  readonly #stateful: boolean;
  /** The history up to each cursor, by the cursor's text. */
  readonly #historyAt = new Map<string, string>();
  #history: LogEntry[] = [];
  #keys = new Map<string, Cursor>();
  #genesis: Cursor | undefined;
  #snapshot: Cursor | undefined;
  #oldest = 0;

  constructor(log: Log, topic: string, stateful: boolean) {
    this.#log = log;
    this.topic = topic;
    this.#stateful = stateful;
  }

  /** The number of entries that can be lost. */
  get untrimmed(): number {
    return this.#history.length - Math.max(this.#oldest, this.#snapshot?.offset ?? 0);
  }

  async open(): Promise<void> {
    this.#genesis = await headOf(this.#log, this.topic);
    this.#learn(this.#genesis);
  }

  async append(data: readonly string[], idempotencyKey?: string): Promise<void> {
    const count = data.length;
    const events = data.map((text) => ({ type: "n", data: text }));
    const options = { stateful: this.#stateful, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) };
    const first = idempotencyKey === undefined ? undefined : this.#keys.get(idempotencyKey);
    const before = this.#head;
    const answer = await this.#log.append(this.topic, events, options);
    const { cursor } = answer;
    expect(answer.duplicate).toBe(first !== undefined);
    if (answer.duplicate) return expect(cursor).toEqual(first);
    expect(answer.before).toEqual(before);
    expect(cursor.offset).toBe(before.offset + count);
    const page = await read(this.#log, this.topic, { last: count }, count);
    if (!page.ok) expect.fail(`no page but the gap "${page.reason}"`);
    expect(page.entries.map(({ type, data }) => ({ type, data }))).toEqual(events);
    expect(answer.entries).toEqual(page.entries);
    for (const entry of page.entries) {
      this.#history.push(entry);
      this.#learn(entry.cursor);
    }
    expect(this.#head).toEqual(cursor);
    if (idempotencyKey !== undefined) this.#keys.set(idempotencyKey, cursor);
    await this.readAll();
  }

  async trim(upTo: Cursor): Promise<void> {
    await this.#log.trim(this.topic, upTo);
    const ceiling = this.#holds(upTo) ? upTo.offset : 0;
    const limit = this.#stateful || this.#snapshot ? Math.min(ceiling, this.#snapshot?.offset ?? 0) : ceiling;
    const before = this.#oldest;
    await this.readAll();
    expect(this.#oldest).toBe(Math.max(before, limit));
  }

  async saveSnapshot(cursor: Cursor): Promise<void> {
    const isNewer = !this.#snapshot || cursor.offset > this.#snapshot.offset;
    const mustSave = isNewer && this.#holds(cursor) && cursor.offset >= this.#oldest;
    expect(await this.#log.saveSnapshot(this.topic, cursor, String(cursor.offset))).toBe(mustSave);
    if (mustSave) this.#snapshot = cursor;
    const saved = this.#snapshot && { cursor: this.#snapshot, data: String(this.#snapshot.offset) };
    expect(await snapshotOf(this.#log, this.topic)).toEqual(saved);
    await this.readAll();
  }

  async read(from: ReadFrom, limit: number): Promise<void> {
    const page = await read(this.#log, this.topic, from, limit);
    expect(page.head).toEqual(this.#head);
    if (!page.ok) {
      if (typeof from === "string" || "last" in from) expect.fail("a gap where no cursor was asked for");
      const isOld = from.offset < this.#oldest;
      expect(page.reason).toBe(isOld ? "trimmed" : "diverged");
      expect(isOld || !this.#holds(from)).toBe(true);
      expect(page.oldest.offset).toBe(this.#oldest);
      return;
    }
    const start = page.end.offset - page.entries.length;
    if (from === "oldest") expect(start).toBe(this.#oldest);
    else if ("last" in from) expect(start).toBe(Math.max(this.#oldest, this.#history.length - from.last));
    else expect([start, this.#holds(from), start >= this.#oldest]).toEqual([from.offset, true, true]);
    expect(page.entries).toEqual(this.#history.slice(start, start + limit));
    expect(page.end).toEqual(page.entries.at(-1)?.cursor ?? page.end);
    expect(this.#holds(page.end)).toBe(true);
  }

  /** Reads from the oldest entry to the head, and records the oldest. */
  async readAll(): Promise<void> {
    const { end } = await read(this.#log, this.topic, "oldest", 0).then((page) => (page.ok ? page : expect.fail()));
    expect(end.offset).toBeGreaterThanOrEqual(this.#oldest);
    if (this.#stateful || this.#snapshot) expect(end.offset).toBeLessThanOrEqual(this.#snapshot?.offset ?? 0);
    this.#oldest = end.offset;
    await this.read("oldest", this.#history.length + 1);
  }

  /** Records that the log has lost its newest entries. */
  async lose(count: number): Promise<void> {
    this.#history = this.#history.slice(0, this.#history.length - count);
    const kept = this.#history.length;
    this.#keys = new Map([...this.#keys].filter(([, cursor]) => cursor.offset <= kept));
    await this.readAll();
  }

  get #head(): Cursor {
    const head = this.#history.at(-1)?.cursor ?? this.#genesis;
    return head ?? expect.fail("the model wasn't opened");
  }

  /** Whether the cursor belongs to the current history. */
  #holds({ epoch, offset, mark }: Cursor): boolean {
    const held = offset === 0 ? this.#genesis : this.#history[offset - 1]?.cursor;
    return held?.epoch === epoch && held.mark === mark;
  }

  /** Equal cursors must mean equal histories, whatever happened in between. */
  #learn(cursor: Cursor): void {
    const text = `${cursor.epoch}.${cursor.offset}.${cursor.mark}`;
    const history = JSON.stringify(this.#history.map(({ type, data }) => [type, data]));
    expect(this.#historyAt.get(text) ?? history).toBe(history);
    this.#historyAt.set(text, history);
    this.cursors.push(cursor);
  }
}
