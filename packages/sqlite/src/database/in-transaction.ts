import type { SqliteDatabase } from "./database.js";

/** Does the work in a writing transaction. If it throws, nothing of it is left, and no transaction is open. */
export function inTransaction(database: SqliteDatabase, work: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    work();
    database.exec("COMMIT");
  } catch (error) {
    rollBack(database);
    throw error;
  }
}

/** SQLite has already undone some transactions that failed, and then says that there is none. */
export function rollBack(database: SqliteDatabase): void {
  try {
    database.exec("ROLLBACK");
  } catch {}
}
