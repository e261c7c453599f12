import { parseCursor } from "@sluice/contract/wire";
import type { Cursor } from "../../../packages/log/src/log.js";
import {
  prepare,
  type Row,
  type SqliteDatabase,
  type Statement,
} from "../../../packages/sqlite/src/database/database.js";
import { fromStored } from "../../../packages/sqlite/src/database/text.js";
import { epochOf, type History, offsetOf } from "../history.js";
import { retained } from "../store.js";

/**
 * The file itself writes down what happens in it, in the same transaction, whatever process and whatever part of the engine it was.
 * `life`: a topic begins; `entry`; `trim`: up to there; `save`: a snapshot.
 */
const record = `
CREATE TABLE IF NOT EXISTS model_record (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, epoch TEXT NOT NULL, off INTEGER NOT NULL,
  mark TEXT NOT NULL, time INTEGER, type TEXT, data TEXT);
CREATE TRIGGER IF NOT EXISTS model_life AFTER INSERT ON sluice_topic BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark) VALUES ('life', NEW.name, NEW.epoch, 0, '0');
END;
CREATE TRIGGER IF NOT EXISTS model_entry AFTER INSERT ON sluice_entry BEGIN
  INSERT INTO model_record (kind, name, epoch, off, mark, time, type, data)
  SELECT 'entry', name, epoch, NEW.off, NEW.mark, NEW.time, NEW.type, NEW.data FROM sluice_topic WHERE id = NEW.topic;
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
      this.#take(row);
      changed.add(row["name"] as string);
    }
    for (const name of changed) this.#dropExcess(name);
  }

  /** Readers don't see what is beyond the retention, though the file keeps some of it, to drop much at once. */
  #dropExcess(name: string): void {
    const { history } = this.#options;
    const topic = fromStored(name);
    const [row, head, oldest] = [this.#topic.all(name)[0], history.head(topic), history.oldest(topic)];
    const { epoch = "", offset = 0 } = parseCursor(head ?? "") ?? {};
    if (!row || epoch !== epochOf(oldest ?? "")) return;
    const events = row["retain"] === null ? retained.events : Number.parseInt(row["retain"] as string, 10);
    const ceiling = row["stateful"] === 1 ? ((row["saved"] as number | null) ?? 0) : offset;
    const upTo = Math.min(offset - events, ceiling);
    const mark = this.#marks.get(`${epoch}.${upTo}`);
    if (mark !== undefined && upTo > offsetOf(oldest ?? "")) history.drop(topic, { epoch, offset: upTo, mark });
  }

  #take(row: Row): void {
    const { history } = this.#options;
    const topic = fromStored(row["name"] as string);
    const place = { epoch: row["epoch"] as string, offset: row["off"] as number, mark: row["mark"] as string };
    const data = fromStored((row["data"] as string | null) ?? "");
    if (row["kind"] === "life") this.#begin(topic, place);
    else if (row["kind"] === "trim") history.drop(topic, place);
    else if (row["kind"] === "save") history.save(place, data);
    else {
      const { epoch, offset, mark } = place;
      const before = { epoch, offset: offset - 1, mark: this.#marks.get(`${epoch}.${offset - 1}`) ?? "0" };
      this.#marks.set(`${epoch}.${offset}`, mark);
      const entry = { cursor: place, type: fromStored(row["type"] as string), data, time: row["time"] as number };
      history.add(topic, before, [entry]);
    }
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
