import { prepare, type SqliteDatabase, type Statement } from "./database/database.js";
import { fromStored } from "./database/text.js";
import type { FileLog } from "./file-log.js";
import { longestSegment } from "./topic/segments.js";

/** Topics that one step looks at. */
const stride = 256;
/** Entries of freed topics that one step deletes at most. */
const mostDeleted = 1_024;
/** Milliseconds after which a step leaves topics, and freed ones, to the next one. */
const mostTime = 4;
/** Entries that are deleted between two looks at the time. */
const chunk = longestSegment;
/** Free pages beyond which, if they are a quarter of the file, some are given back. */
const pagesKept = 512;
const pagesGiven = 128;

/** Looks after topics that nobody names: in each step at a few. */
export class Sweep {
  readonly #file: FileLog;
  readonly #database: SqliteDatabase;
  readonly #free: Statement;
  readonly #pages: Statement;
  #last = 0;
  /** Names of topics that a step has looked at, and that need care. */
  #needy: string[] = [];

  constructor(file: FileLog, database: SqliteDatabase) {
    this.#file = file;
    this.#database = database;
    this.#free = prepare(database, "PRAGMA freelist_count");
    this.#pages = prepare(database, "PRAGMA page_count");
  }

  /** Returns when there is more to do: `"at once"` if topics that need care, freed ones, or old entries of the journal wait. */
  async step(): Promise<"at once" | "soon" | undefined> {
    const { topics, tables } = this.#file;
    const look = (now: number) => {
      if (this.#needy.length === 0) this.#needy = this.#nextNeedy(now);
      return { hasFreed: tables.freed.all().length > 0, hasOld: topics.hasOld(now) };
    };
    const { hasFreed, hasOld } = await this.#file.read(look, look);
    let isBehind = false;
    if (this.#needy.length > 0 || hasFreed || hasOld) {
      isBehind = await this.#file.write((now) => {
        this.#care(now);
        if (hasOld) topics.moveOld(now);
        return this.#deleteFreed() || this.#needy.length > 0;
      });
    }
    if (isBehind || hasOld) return "at once";
    this.#giveBack();
    return this.#last === 0 ? undefined : "soon";
  }

  /** Of the next topics, those that need care. */
  #nextNeedy(now: number): string[] {
    const { topics, tables } = this.#file;
    const rows = tables.topicsAfter.all(this.#last, stride);
    this.#last = rows.length < stride ? 0 : (rows.at(-1)?.["id"] as number);
    return rows.map((row) => fromStored(row["name"] as string)).filter((name) => topics.needsCare(name, now));
  }

  #care(now: number): void {
    const end = performance.now() + mostTime;
    let count = 0;
    for (const name of this.#needy) {
      this.#file.topics.care(name, now);
      count += 1;
      if (performance.now() >= end) break;
    }
    this.#needy.splice(0, count);
  }

  /** Returns whether some are left. */
  #deleteFreed(): boolean {
    const { freed, segments, dropFreed } = this.#file.tables;
    const end = performance.now() + mostTime;
    for (let left = mostDeleted; left >= chunk && performance.now() < end; left -= chunk) {
      const id = freed.all()[0]?.["id"] as number | undefined;
      if (id === undefined) return false;
      const first = segments.first(id);
      if (first !== undefined) segments.drop(id, first + chunk - 1);
      if (segments.first(id) === undefined) dropFreed.run(id);
    }
    return freed.all().length > 0;
  }

  /** Makes the file shorter, if much of it is free. It works in files that this package made. */
  #giveBack(): void {
    const free = this.#free.all()[0]?.["freelist_count"] as number;
    const pages = this.#pages.all()[0]?.["page_count"] as number;
    if (free < pagesKept || free < pages / 4) return;
    try {
      this.#database.exec(`PRAGMA incremental_vacuum(${pagesGiven})`);
    } catch {} // another process writes: it can wait
  }
}
