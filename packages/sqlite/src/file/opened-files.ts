import { type Stats, statSync } from "node:fs";
import { prepare, type SqliteDatabase } from "../database/database.js";

interface Opened {
  readonly path: string;
  readonly stats: Stats;
}

/**
 * The files of a database as they were opened: its own, and the two beside it. SQLite itself goes on with one that was deleted, and what it
 * writes then is lost with the process, or damages what another process writes.
 */
export class OpenedFiles {
  readonly #opened: readonly Opened[];

  constructor(database: SqliteDatabase) {
    const main = prepare(database, "PRAGMA database_list")
      .all()
      .find(({ name }) => name === "main");
    // `""` if the database has no file.
    const path = (main?.["file"] as string | null | undefined) ?? "";
    const paths = path === "" ? [] : [path, `${path}-wal`, `${path}-shm`];
    this.#opened = paths.flatMap((each) => {
      const stats = look(each);
      return stats ? [{ path: each, stats }] : [];
    });
  }

  /** The path of one that isn't in its place any more. */
  get gone(): string | undefined {
    return this.#opened.find((opened) => !isInPlace(opened))?.path;
  }
}

function isInPlace({ path, stats }: Opened): boolean {
  try {
    const now = look(path);
    return now !== undefined && now.ino === stats.ino && now.dev === stats.dev;
  } catch {
    return true; // it is not known
  }
}

const look = (path: string): Stats | undefined => statSync(path, { throwIfNoEntry: false });
