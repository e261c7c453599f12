import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";

export interface StoredRow {
  readonly seq: number;
  readonly time: number;
  readonly body: string;
}

/** The journal's table. Its newest row is never deleted, so no number is given twice. */
export class JournalTable {
  readonly #after: Statement;
  readonly #first: Statement;
  readonly #add: Statement;
  readonly #drop: Statement;

  constructor(database: SqliteDatabase) {
    this.#after = prepare(database, "SELECT seq, time, body FROM sluice_journal WHERE seq > ? ORDER BY seq");
    this.#first = prepare(database, "SELECT min(seq) AS seq FROM sluice_journal");
    this.#add = prepare(database, "INSERT INTO sluice_journal (seq, time, body) VALUES (?, ?, ?)");
    this.#drop = prepare(database, "DELETE FROM sluice_journal WHERE seq <= ?");
  }

  after(seq: number): StoredRow[] {
    return this.#after.all(seq) as unknown as StoredRow[];
  }

  /** The oldest row's number; 0 if there is none. */
  get first(): number {
    return (this.#first.all()[0]?.["seq"] as number | null | undefined) ?? 0;
  }

  add({ seq, time, body }: StoredRow): void {
    this.#add.run(seq, time, body);
  }

  drop(upTo: number): void {
    this.#drop.run(upTo);
  }
}
