import { formatCursor, parseCursor } from "@sluice/contract/wire";
import type { Cursor, LogEntry } from "../../../packages/log/src/log.js";
import {
  prepare,
  type Row,
  type SqliteDatabase,
  type Statement,
} from "../../../packages/sqlite/src/database/database.js";
import { fromStored, toStored } from "../../../packages/sqlite/src/database/text.js";
import type { Kept } from "../../../packages/sqlite/src/failover.test-kit.js";
import { entriesOf } from "../../../packages/sqlite/src/journal/entries-text.js";
import { rowOf } from "../../../packages/sqlite/src/journal/journal-row.js";
import type { SummedEntry } from "../../../packages/sqlite/src/journal/unmoved.js";
import { epochOf, type History, offsetOf } from "../history.js";
import { retained } from "../store.js";

/**
 * The file itself writes down what happens in it, in the same transaction, whatever process and whatever part of the engine it was.
 * `life`: a topic begins; `journal`: entries are appended; `segment`: they are moved, or appended without the journal; `trim`: up to there; `save`: a
 * snapshot.
 */
const record = `
CREATE TABLE IF NOT EXISTS model_record (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, epoch TEXT NOT NULL, off INTEGER NOT NULL,
  mark TEXT NOT NULL, data TEXT);
CREATE TRIGGER IF NOT EXISTS model_life AFTER INSERT ON sluice_topic BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark) VALUES ('life', NEW.name, NEW.epoch, 0, '0');
END;
CREATE TRIGGER IF NOT EXISTS model_journal AFTER INSERT ON sluice_journal BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark, data) VALUES ('journal', '', '', 0, '', NEW.body);
END;
CREATE TRIGGER IF NOT EXISTS model_segment AFTER INSERT ON sluice_segment BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark, data)
  SELECT 'segment', name, epoch, NEW.first, '', NEW.body FROM sluice_topic WHERE id = NEW.topic;
END;
CREATE TRIGGER IF NOT EXISTS model_trim AFTER UPDATE OF before ON sluice_topic WHEN OLD.before <> NEW.before BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark) VALUES ('trim', NEW.name, NEW.epoch, NEW.before, NEW.before_mark);
END;
CREATE TRIGGER IF NOT EXISTS model_save AFTER INSERT ON sluice_snapshot BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark, data)
  SELECT 'save', name, epoch, NEW.off, NEW.mark, NEW.data FROM sluice_topic WHERE id = NEW.topic;
END;
`;

/** Lets a file that has the log's tables record what happens. */
export const startRecord = (database: SqliteDatabase): void => void database.exec(record);

export interface FileRecordOptions {
  readonly history: History;
  /** Called when a topic turns out to have a new life, before that is recorded. */
  readonly onNewLife: (topic: string, head: string) => void;
}

/** Reads what a file has recorded into a history. */
export class FileRecord {
  readonly #options: FileRecordOptions;
  readonly #rows: Statement;
  readonly #topic: Statement;
  /** The last mark at each place of each life. */
  readonly #marks = new Map<string, string>();
  /** The epochs of this file. */
  readonly #lives = new Set<string>();
  #seen = 0;

  constructor(database: SqliteDatabase, options: FileRecordOptions) {
    this.#options = options;
    this.#rows = prepare(database, "SELECT * FROM model_record WHERE seq > ? ORDER BY seq");
    this.#topic = prepare(database, "SELECT stateful, saved, retain FROM sluice_topic WHERE name = ?");
  }

  /** Reads what is new. */
  pull(): void {
    const changed = new Set<string>();
    for (const row of this.#rows.all(this.#seen)) {
      this.#seen = row["seq"] as number;
      for (const name of this.#take(row)) changed.add(name);
    }
    for (const name of changed) this.#dropExcess(name);
  }

  /** A topic has lost its newest entries. */
  lost({ epoch, head }: Kept): void {
    for (let offset = head + 1; this.#marks.delete(`${epoch}.${offset}`); ) offset += 1;
  }

  /** Readers don't see what is beyond the retention, though the file keeps some of it, to drop much at once. */
  #dropExcess(topic: string): void {
    const { history } = this.#options;
    const [row, head, oldest] = [this.#topic.all(toStored(topic))[0], history.head(topic), history.oldest(topic)];
    const { epoch = "", offset = 0 } = parseCursor(head ?? "") ?? {};
    if (!row || epoch !== epochOf(oldest ?? "")) return;
    const events = row["retain"] === null ? retained.events : Number.parseInt(row["retain"] as string, 10);
    const ceiling = row["stateful"] === 1 ? ((row["saved"] as number | null) ?? 0) : offset;
    const upTo = Math.min(offset - events, ceiling);
    const mark = this.#marks.get(`${epoch}.${upTo}`);
    if (mark !== undefined && upTo > offsetOf(oldest ?? "")) history.drop(topic, { epoch, offset: upTo, mark });
  }

  /** Returns the topics that it is about. */
  #take(row: Row): string[] {
    const { history } = this.#options;
    const topic = fromStored(row["name"] as string);
    const place = { epoch: row["epoch"] as string, offset: row["off"] as number, mark: row["mark"] as string };
    const data = (row["data"] as string | null) ?? "";
    if (row["kind"] === "journal") return this.#append(data);
    if (row["kind"] === "segment") this.#move(topic, entriesOf(data, place.epoch, place.offset));
    else if (row["kind"] === "life") this.#begin(topic, place);
    else if (row["kind"] === "trim") history.drop(topic, place);
    else history.save(place, fromStored(data));
    return [topic];
  }

  #append(body: string): string[] {
    const { appends } = rowOf(body);
    for (const { name, entries } of appends) for (const { entry } of entries) this.#add(name, entry);
    return appends.map(({ name }) => name);
  }

  /** What was moved must be what was appended. */
  #move(topic: string, entries: readonly SummedEntry[]): void {
    for (const { entry } of entries) {
      const { epoch, offset, mark } = entry.cursor;
      if (this.#marks.get(`${epoch}.${offset}`) !== mark) this.#add(topic, entry);
      const known = this.#options.history.recorded(formatCursor(entry.cursor));
      const isSame = known?.type === entry.type && known.data === entry.data && known.time === entry.time;
      if (!isSame) throw new Error(`entry ${offset} of ${topic} was moved as another one`);
    }
  }

  #add(topic: string, entry: LogEntry): void {
    const { epoch, offset, mark } = entry.cursor;
    const before = { epoch, offset: offset - 1, mark: this.#marks.get(`${epoch}.${offset - 1}`) ?? "0" };
    this.#marks.set(`${epoch}.${offset}`, mark);
    this.#options.history.add(topic, before, [entry]);
  }

  #begin(topic: string, place: Cursor): void {
    const { history, onNewLife } = this.#options;
    const known = history.head(topic);
    const isOfOtherFile = !this.#lives.has(epochOf(known ?? "") ?? "");
    this.#lives.add(place.epoch);
    if (known === undefined) return void history.drop(topic, place);
    if (!isOfOtherFile) onNewLife(topic, known);
    history.turn(topic, place, place);
  }
}
