import type { LogEntry } from "@sluice/log";
import { prepare, type Row, type SqliteDatabase, type Statement } from "../database/database.js";
import { entriesOf, entriesText } from "../journal/entries-text.js";
import type { SummedEntry } from "../journal/unmoved.js";

/** Entries of a segment at most. */
export const longestSegment = 64;
/** Characters of a segment of more than one entry, more or less. Few long rows are written faster than many short ones. */
const longest = 16 * 1024;

interface Segment {
  readonly topic: number;
  readonly entries: readonly SummedEntry[];
}

/** The moved entries of all topics. Those that follow each other are a segment, which is one row, written once. */
export class Segments {
  readonly #add: Statement;
  readonly #between: Statement;
  readonly #first: Statement;
  readonly #drop: Statement;
  /** The one read last: who looks for a place looks nearby next. */
  #last: Segment | undefined;

  constructor(database: SqliteDatabase) {
    this.#add = prepare(
      database,
      "INSERT INTO sluice_segment (topic, last, first, epoch, body) VALUES (?, ?, ?, ?, ?)",
    );
    this.#between = prepare(
      database,
      `SELECT first, epoch, body FROM sluice_segment
        WHERE topic = ? AND last >= ? AND last < ? + ${longestSegment} AND first <= ? ORDER BY last`,
    );
    this.#first = prepare(database, "SELECT first FROM sluice_segment WHERE topic = ? ORDER BY last LIMIT 1");
    this.#drop = prepare(database, "DELETE FROM sluice_segment WHERE topic = ? AND last <= ?");
  }

  add(topic: number, entries: readonly SummedEntry[]): void {
    for (const segment of segmentsOf(entries)) {
      const [first, last] = [segment[0]?.entry.cursor, segment.at(-1)?.entry.cursor];
      if (first && last) this.#add.run(topic, last.offset, first.offset, first.epoch, entriesText(segment));
    }
  }

  at(topic: number, offset: number): SummedEntry | undefined {
    const known = this.#last;
    if (known?.topic === topic) {
      const entry = known.entries[offset - (known.entries[0]?.entry.cursor.offset ?? 0)];
      if (entry) return entry;
    }
    return this.#read(topic, offset, offset).find(({ entry }) => entry.cursor.offset === offset);
  }

  /** Entries after an offset, up to another one. */
  between(topic: number, after: number, last: number): LogEntry[] {
    const entries: LogEntry[] = [];
    for (const { entry } of this.#read(topic, after + 1, last)) {
      if (entry.cursor.offset > after && entry.cursor.offset <= last) entries.push(entry);
    }
    return entries;
  }

  /** The offset of the first entry. */
  first(topic: number): number | undefined {
    return this.#first.all(topic)[0]?.["first"] as number | undefined;
  }

  /** Deletes segments that end at this offset or before. */
  drop(topic: number, upTo: number): void {
    this.#drop.run(topic, upTo);
  }

  /** What is known may have changed. */
  forget(): void {
    this.#last = undefined;
  }

  #read(topic: number, first: number, last: number): readonly SummedEntry[] {
    return this.#between.all(topic, first, last, last).flatMap((row: Row) => {
      const entries = entriesOf(row["body"] as string, row["epoch"] as string, row["first"] as number);
      this.#last = { topic, entries };
      return entries;
    });
  }
}

function* segmentsOf(entries: readonly SummedEntry[]): Generator<readonly SummedEntry[]> {
  for (let first = 0, length = 0, i = 0; i < entries.length; i += 1) {
    length += lengthOf(entries[i]);
    const next = entries[i + 1];
    if (next && i + 1 - first < longestSegment && length + lengthOf(next) <= longest) continue;
    yield entries.slice(first, i + 1);
    [first, length] = [i + 1, 0];
  }
}

const lengthOf = (each: SummedEntry | undefined): number =>
  each ? each.entry.type.length + each.entry.data.length + 50 : 0;
