import { LogError } from "@sluice/log";

interface MaybeSqliteError {
  readonly code?: unknown;
  readonly errcode?: unknown;
  readonly message?: unknown;
}

const busy = 5;
const full = 13;

/** The drivers say it differently: `code: "SQLITE_BUSY_SNAPSHOT"`, or `errcode: 517`, whose low byte is the kind. */
function is(error: unknown, number: number, name: string): boolean {
  if (typeof error !== "object" || error === null) return false;
  const { code, errcode } = error as MaybeSqliteError;
  return (typeof errcode === "number" && (errcode & 0xff) === number) || String(code).startsWith(`SQLITE_${name}`);
}

/** Another connection has the file: it can be tried again. */
export const isBusy = (error: unknown): boolean => is(error, busy, "BUSY");
/** There is no room: what doesn't grow the file goes on. */
export const isFull = (error: unknown): boolean => is(error, full, "FULL");

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const closedError = (): LogError => new LogError("unavailable", "sqliteLog: the log is closed.");

/** The path leads to another file, or to none. */
export const goneError = (path: string): LogError =>
  new LogError(
    "unavailable",
    `sqliteLog: ${path} is not the file that was opened any more: it was deleted, moved or replaced. Nothing is written, because it ` +
      "would be lost. Start this process again when the right file is in its place.",
  );

/** `unavailable`: the transaction was not committed. */
export const unavailable = (error: unknown): LogError =>
  LogError.is(error) ? error : new LogError("unavailable", `sqliteLog: ${messageOf(error)}`, { cause: error });

/** The error of a COMMIT: SQLite may have written all of the transaction, and failed after that. */
export const commitError = (error: unknown): LogError =>
  isBusy(error) || isFull(error)
    ? unavailable(error)
    : new LogError("unknown", `sqliteLog: the transaction may have been committed: ${messageOf(error)}`, {
        cause: error,
      });
