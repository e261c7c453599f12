import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";

/** Rows that are kept: whoever is further behind takes all topics for changed. */
const kept = 1_024;
const cutEvery = 256;

/** What other processes have committed. */
export interface News {
  /** Stored names of topics. `undefined`: too many to tell. */
  readonly topics: ReadonlySet<string> | undefined;
  /** When the last of it was committed, by the clock of who did it. */
  readonly time: number;
}

/** Tells the processes of a file which topics each transaction changed. */
export class Changes {
  readonly #latest: Statement;
  readonly #since: Statement;
  readonly #add: Statement;
  readonly #cut: Statement;
  #seen = 0;
  #written = 0;

  constructor(database: SqliteDatabase) {
    this.#latest = prepare(database, "SELECT max(seq) AS seq FROM sluice_change");
    this.#since = prepare(database, "SELECT seq, time, names FROM sluice_change WHERE seq > ? ORDER BY seq");
    this.#add = prepare(database, "INSERT INTO sluice_change (time, names) VALUES (?, ?)");
    this.#cut = prepare(database, "DELETE FROM sluice_change WHERE seq <= ?");
  }

  /** What there is now is no news. */
  skip(): void {
    this.#seen = (this.#latest.all()[0]?.["seq"] as number | null) ?? 0;
  }

  read(): News | undefined {
    const rows = this.#since.all(this.#seen);
    const [first, last] = [rows[0], rows.at(-1)];
    if (!first || !last) return undefined;
    const isWhole = first["seq"] === this.#seen + 1;
    this.#seen = last["seq"] as number;
    const names = rows.flatMap((row) => JSON.parse(row["names"] as string) as string[]);
    return { topics: isWhole ? new Set(names) : undefined, time: last["time"] as number };
  }

  write(topics: Iterable<string>, time: number): void {
    const { lastInsertRowid } = this.#add.run(time, JSON.stringify([...topics]));
    this.#written = Number(lastInsertRowid);
    if (this.#written % cutEvery === 0) this.#cut.run(this.#written - kept);
  }

  /** The own transaction is committed: its change is no news. */
  wrote(): void {
    this.#seen = this.#written;
  }
}
