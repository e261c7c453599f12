/** A value that is bound to a statement. Also `null`, which the types of some packages refuse. */
type Bound = string | number;

/** What `sqliteLog` uses of a prepared statement. */
export interface SqliteStatement {
  run(...values: Bound[]): unknown;
  all(...values: Bound[]): unknown[];
}

/**
 * What `sqliteLog` uses of an opened SQLite database. `Database` of `libsql`, of `better-sqlite3` and of `bun:sqlite`, and
 * `DatabaseSync` of `node:sqlite` fit as they are.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
  close(): unknown;
}

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** A statement, as the engine uses it. */
export interface Statement {
  run(...values: Value[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  /**
   * There is no `get`: with libsql, a statement whose rows were not all taken stays open, and its transaction with it. Some
   * answer `null` for no row, others `undefined`.
   */
  all(...values: Value[]): Row[];
}

export const prepare = (database: SqliteDatabase, sql: string): Statement => database.prepare(sql) as Statement;
