import type { Cursor, LogEntry } from "@sluice/log";
import type { Retentions } from "@sluice/log/engine";
import { prepare, type SqliteDatabase, type Statement } from "./database/database.js";
import { goneError, isBusy, isFull, unavailable } from "./database/errors.js";
import { inTransaction } from "./database/in-transaction.js";
import { Bell } from "./file/bell.js";
import { FileClock } from "./file/clock.js";
import { OpenedFiles } from "./file/opened-files.js";
import { Processes } from "./file/processes.js";
import { Status } from "./file/status.js";
import { Transactions } from "./file/transactions.js";
import { Watches } from "./file/watches.js";
import { Journal, type News } from "./journal/journal.js";
import type { JournalLimits } from "./journal/limits.js";
import type { SqliteSettings } from "./options.js";
import { prepareTables, type Tables } from "./topic/tables.js";
import { Topics } from "./topic/topics.js";

interface Appended {
  readonly topic: string;
  readonly before: Cursor;
  readonly entries: readonly LogEntry[];
}

/** A log's file: its topics, its transactions, and the other processes that have it open. */
export class FileLog {
  readonly retentions: Retentions;
  readonly tables: Tables;
  readonly journal: Journal;
  readonly topics: Topics;
  readonly watches: Watches;
  readonly processes: Processes;
  readonly status = new Status();
  /** Resolves when others can wake this process up. Never does where there are no sockets: then it only polls. */
  readonly isReachable: Promise<void>;
  readonly #database: SqliteDatabase;
  readonly #opened: OpenedFiles;
  readonly #transactions: Transactions;
  readonly #clock: FileClock;
  readonly #bell: Bell;
  readonly #version: Statement;
  readonly #noteTime: Statement;
  #seenVersion: unknown;
  #now = 0;
  /** Of the transaction: what watchers are told after it. */
  #appended: Appended[] = [];
  readonly #freed = new Set<string>();

  constructor(
    database: SqliteDatabase,
    { retentions, dedupe, idle, now, busyTimeout }: SqliteSettings,
    limits: JournalLimits,
  ) {
    this.#database = database;
    this.#opened = new OpenedFiles(database);
    this.retentions = retentions;
    this.tables = prepareTables(database);
    this.#clock = new FileClock(now);
    this.journal = new Journal(database);
    this.processes = new Processes(database);
    this.watches = new Watches(database, this.processes.id);
    this.topics = new Topics({
      tables: this.tables,
      journal: this.journal,
      journalLimits: limits,
      dedupe,
      baseRetention: retentions.base,
      idle,
      now: () => this.#now,
      isWatchedHere: (topic) => this.watches.isWatched(topic),
      appended: (topic, before, entries) => this.#appended.push({ topic, before, entries }),
    });
    this.#version = prepare(database, "PRAGMA data_version");
    this.#noteTime = prepare(database, "INSERT OR REPLACE INTO sluice_meta VALUES ('time', ?)");
    this.#transactions = new Transactions(database, busyTimeout, {
      began: () => this.#began(),
      ending: () => this.#ending(),
      ended: (isCommitted) => this.#ended(isCommitted),
      failed: (kind, error) => {
        // With a full disk or a busy file, reads and wake-ups go on.
        if (!isBusy(error) && !(kind === "write" && isFull(error))) this.status.note(kind, false);
      },
    });
    this.status.on((now) => {
      if (now === "up") this.watches.tellAll();
    });
    this.#join();
    let bell: Bell | undefined;
    this.isReachable = new Promise((resolve) => {
      const note = (port: number) => this.write(() => void this.processes.beat(port)).then(resolve, () => {});
      bell = new Bell(note, () => this.poll());
    });
    this.#bell = bell as unknown as Bell;
  }

  /** Does it in a writing transaction, with others of this turn. It must not throw an error of its caller. */
  write<T>(work: (now: number) => T, weight = 0): Promise<T> {
    return this.#transactions.write(() => work(this.#now), weight);
  }

  /** Does it at once, in a reading transaction. If it answers `undefined`, `make` is done in a writing one. */
  async read<T>(work: (now: number) => T | undefined, make: (now: number) => T): Promise<T> {
    try {
      const result = this.#transactions.read(() => work(this.#now));
      if (result !== undefined) return result;
    } catch (error) {
      if (!isBusy(error)) throw unavailable(error);
    }
    return this.write(make);
  }

  /** Ends the topic's life, and tells its watchers. */
  free(name: string): void {
    const topic = this.topics.take(name, this.#now);
    if (topic) this.topics.free(topic);
    this.#freed.add(name);
  }

  /** Fails all calls from now on if the file, or one beside it, was deleted, moved or replaced. */
  lookAtPath(): void {
    const gone = this.status.isFailing("path") ? undefined : this.#opened.gone;
    if (gone === undefined) return;
    this.#transactions.refuse(goneError(gone));
    this.status.note("path", false);
  }

  /** Looks whether other processes have written, and whether what failed works again. */
  poll(): void {
    const { status } = this;
    const { isDown } = status;
    try {
      // What is in memory can be read and written, whatever the file is like.
      if (isDown) this.#database.exec("PRAGMA shrink_memory");
      this.#transactions.read(() => void (isDown && this.processes.look()));
    } catch {
      return;
    }
    if (!isDown) return;
    const wrote = () => status.note("write", true);
    if (status.isFailing("write")) void this.beat().then(wrote, () => {});
    status.note("read", true);
  }

  /** Gives a sign of life, and brings what the file says of this process up to date. */
  async beat(): Promise<void> {
    await this.write((now) => {
      if (this.processes.beat()) {
        this.watches.forgetNotes();
        this.watches.tellAll();
      }
      this.#noteTime.run(now);
      // What the dead watched has been watched until now.
      for (const topic of this.processes.buryDead()) this.topics.wasWatched(topic, now);
      for (const topic of this.watches.changed) this.noteWatch(topic, now);
    });
  }

  noteWatch(name: string, now: number): void {
    if (this.watches.note(name)) this.topics.wasWatched(name, now);
  }

  /** Ends the transactions: those before are done. */
  async close(): Promise<void> {
    const left = this.write((now) => {
      for (const topic of this.processes.leave()) this.topics.wasWatched(topic, now);
      this.#noteTime.run(now);
    });
    this.#transactions.close();
    await left.catch(() => {}); // the others will find out
    this.#bell.close();
  }

  #join(): void {
    inTransaction(this.#database, () => {
      const time = prepare(this.#database, "SELECT value FROM sluice_meta WHERE key = 'time'").all()[0]?.["value"];
      if (typeof time === "number") this.#clock.reached(time);
      this.processes.beat(0);
      this.processes.look();
      this.journal.load();
    });
  }

  #began(): void {
    const version = this.#version.all()[0]?.["data_version"];
    if (version !== this.#seenVersion) {
      // If they don't know of this process, they don't tell it all.
      const news = this.journal.read(this.processes.look());
      if (news) this.#learn(news);
      this.#seenVersion = version;
    }
    this.#now = this.#clock.now();
  }

  #ending(): void {
    const { appends, changed } = this.topics.settle(this.#now);
    const names = new Set(this.#freed);
    for (const { topic } of this.#appended) names.add(topic);
    for (const { name } of appends) names.delete(name);
    // Who opens the file later reads it anyway.
    const told = this.processes.hasOthers ? { changed, told: [...names] } : { changed: [], told: [] };
    if (appends.length + told.changed.length + told.told.length > 0 || this.journal.isFinished) {
      this.journal.write({ appends, ...told }, this.#now);
    }
    this.topics.save();
    this.journal.deleteFinished();
  }

  #learn({ rows, time }: News): void {
    this.#clock.reached(time);
    if (!rows) {
      this.topics.forgetRows();
      this.watches.tellAll();
    }
    for (const row of rows ?? []) {
      this.topics.learn(row);
      for (const name of [...row.appends.map(({ name }) => name), ...row.told]) this.watches.tell(name);
    }
  }

  #ended(isCommitted: boolean): void {
    const [appended, freed] = [this.#appended, [...this.#freed]];
    this.#appended = [];
    this.#freed.clear();
    this.watches.ended(isCommitted);
    this.journal.ended(isCommitted);
    if (!isCommitted) {
      this.topics.forgetRows();
      this.#seenVersion = undefined; // it may have been committed
      return;
    }
    for (const topic of freed) this.watches.tell(topic);
    for (const { topic, before, entries } of appended) this.watches.tell(topic, before, entries);
    if (!this.processes.hasOthers || appended.length + freed.length === 0) return;
    this.#bell.ring(this.processes.others);
  }
}
