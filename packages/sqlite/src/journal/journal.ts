import type { SqliteDatabase } from "../database/database.js";
import { type JournalRow, rowOf, rowText } from "./journal-row.js";
import { JournalTable, type StoredRow } from "./journal-table.js";
import { Span, type SpannedRow } from "./span.js";
import { type Needless, Unmoved, upTo } from "./unmoved.js";

/** Rows are deleted when so many wait for it, or so many characters: to delete some costs hardly more than to delete one. */
const slack = 16;
const slackLength = 64 * 1024;

/** What other processes have committed. */
export interface News {
  /** `undefined`: some of them are not there any more. What was known of topics may be wrong. */
  readonly rows: readonly JournalRow[] | undefined;
  /** When the last of it was committed, by the clock of who did it. */
  readonly time: number;
}

/**
 * The journal of a file: each transaction writes what it appends as one row, whatever its topics are, and entries are moved to their topics' tables
 * later, many at a time. Here is what of it is not moved yet, and how other processes learn what changed.
 */
export class Journal {
  readonly span = new Span();
  readonly #table: JournalTable;
  readonly #topics = new Map<number, Unmoved>();
  /** The number of the newest row that is known. */
  #seen = 0;
  /** Rows before this one are not needed any more. Some of them may not be deleted yet. */
  #needed = 0;
  /** Of the transaction under way. */
  #added: SpannedRow | undefined;
  #finished = 0;
  #isUrgent = false;
  readonly #touched = new Set<number>();
  #over: (() => void)[] = [];

  constructor(database: SqliteDatabase) {
    this.#table = new JournalTable(database);
  }

  /** What of a topic is not moved. `undefined`: nothing. */
  of(id: number): Unmoved | undefined {
    return this.#topics.get(id);
  }

  /** For a topic that is appended to in this transaction. */
  take(id: number): Unmoved {
    this.#touched.add(id);
    return this.#of(id);
  }

  /** Forgets all, and reads what there is. */
  load(): void {
    this.#topics.clear();
    this.span.clear();
    const rows = this.#table.after(0);
    this.#seen = rows.at(-1)?.seq ?? 0;
    for (const row of rows) this.#learn(row);
  }

  /**
   * Reads what other processes have written.
   *
   * @param isWhole They have told this process of everything.
   */
  read(isWhole: boolean): News | undefined {
    const rows = this.#table.after(this.#seen);
    const [first, last] = [rows[0], rows.at(-1)];
    if (!isWhole || (first && first.seq !== this.#seen + 1)) {
      this.load();
      return { rows: undefined, time: last?.time ?? 0 };
    }
    this.#forgetDeleted();
    if (!last) return undefined;
    this.#seen = last.seq;
    return { rows: rows.map((row) => this.#learn(row)), time: last.time };
  }

  /** Writes the transaction's row. It must be the only one. */
  write(row: JournalRow, time: number): void {
    const body = rowText(row);
    const seq = this.#seen + 1;
    this.#table.add({ seq, time, body });
    this.#added = spanned(seq, time, body, row);
  }

  /** The oldest rows that are needed, at most so many. */
  unfinished(most: number): readonly SpannedRow[] {
    const { rows } = this.span;
    const first = Math.max(this.#needed - (rows[0]?.seq ?? 0), 0);
    return rows.slice(first, first + most);
  }

  /** In a transaction: a row, and those before it, are not needed any more. */
  finish({ seq }: SpannedRow): void {
    this.#finished = seq;
  }

  /** In a transaction: rows that are not needed are deleted at its end, however few they are. */
  deleteSoon(): void {
    this.#isUrgent = true;
  }

  /** Whether all rows are about to be deleted. */
  get isFinished(): boolean {
    const { last } = this.span;
    return last !== undefined && last.seq <= this.#lastFinished;
  }

  /** Deletes rows that are not needed, once they are enough. */
  deleteFinished(): void {
    const last = this.#lastFinished;
    let [count, length] = [0, 0];
    for (const row of this.span.rows) {
      if (row.seq > last) break;
      count += 1;
      length += row.length;
    }
    if (count === 0 || !(this.#isUrgent || count >= slack || length >= slackLength)) return;
    this.#table.drop(last);
    this.afterCommit(() => void this.span.takeBefore(last + 1));
  }

  /** Does it once the transaction is committed, and not at all if it isn't. */
  afterCommit(work: () => void): void {
    this.#over.push(work);
  }

  forget(id: number): void {
    this.#topics.delete(id);
  }

  /** What is needless is not held any longer. */
  drop(id: number, needless: Needless): void {
    const unmoved = this.#topics.get(id);
    unmoved?.drop(needless);
    if (unmoved?.isEmpty) this.#topics.delete(id);
  }

  /** The transaction is committed, or nothing of it is. */
  ended(isCommitted: boolean): void {
    for (const id of this.#touched) {
      const unmoved = this.#topics.get(id);
      unmoved?.ended(isCommitted);
      if (unmoved?.isEmpty) this.#topics.delete(id);
    }
    if (isCommitted) {
      if (this.#added) {
        this.#seen = this.#added.seq;
        this.span.push(this.#added);
      }
      for (const work of this.#over) work();
      this.#needed = Math.max(this.#needed, this.#finished + 1);
    }
    this.#touched.clear();
    this.#over = [];
    this.#added = undefined;
    this.#finished = 0;
    this.#isUrgent = false;
  }

  get #lastFinished(): number {
    return Math.max(this.#finished, this.#needed - 1);
  }

  #of(id: number): Unmoved {
    let unmoved = this.#topics.get(id);
    if (!unmoved) {
      unmoved = new Unmoved();
      this.#topics.set(id, unmoved);
    }
    return unmoved;
  }

  #learn({ seq, time, body }: StoredRow): JournalRow {
    const row = rowOf(body);
    for (const { id, entries, keys } of row.appends) {
      const unmoved = this.#of(id);
      for (const entry of entries) unmoved.addEntry(entry);
      for (const key of keys) unmoved.addKey(key);
      unmoved.ended(true);
    }
    this.span.push(spanned(seq, time, body, row));
    return row;
  }

  /** What another process has deleted is moved. */
  #forgetDeleted(): void {
    for (const { parts } of this.span.takeBefore(this.#table.first)) {
      for (const { id, last } of parts) this.drop(id, upTo(last));
    }
  }
}

const spanned = (seq: number, time: number, body: string, { appends }: JournalRow): SpannedRow => ({
  seq,
  time,
  entries: appends.reduce((sum, { entries }) => sum + entries.length, 0),
  length: body.length,
  parts: appends.map(({ id, name, entries }) => ({ id, name, last: entries.at(-1)?.entry.cursor.offset ?? 0 })),
});
