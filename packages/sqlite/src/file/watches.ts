import type { Cursor, LogEntry, Wakeup } from "@sluice/log";
import { Watchers } from "@sluice/log/engine";
import { prepare, type SqliteDatabase, type Statement } from "../database/database.js";
import { toStored } from "../database/text.js";

/** Watches that are noted at once. */
const most = 256;

interface Watched {
  readonly watchers: Watchers;
  /** Whether the file says that this process watches the topic, so that no other frees it. */
  isNoted: boolean;
}

/** Who watches what in this process, and what the file says of it. */
export class Watches {
  readonly #process: string;
  readonly #topics = new Map<string, Watched>();
  /** What the file says of these may be wrong. */
  readonly #changed = new Set<string>();
  readonly #add: Statement;
  readonly #drop: Statement;
  #noting: string[] = [];

  constructor(database: SqliteDatabase, process: string) {
    this.#process = process;
    this.#add = prepare(database, "INSERT OR IGNORE INTO sluice_watch (topic, process) VALUES (?, ?)");
    this.#drop = prepare(database, "DELETE FROM sluice_watch WHERE topic = ? AND process = ?");
  }

  /** Some of those of which the file may say something else. */
  get changed(): string[] {
    return [...this.#changed].slice(0, most);
  }

  isWatched(topic: string): boolean {
    return (this.#topics.get(topic)?.watchers.size ?? 0) > 0;
  }

  /** Whether the file says that this process watches the topic. */
  isNoted(topic: string): boolean {
    return (this.#topics.get(topic)?.isNoted ?? false) && !this.#changed.has(topic);
  }

  /** Returns the function that stops it, which answers whether nobody watches the topic any more. */
  add(topic: string, onAppend: (wakeup?: Wakeup) => void): () => boolean {
    let watched = this.#topics.get(topic);
    if (!watched) {
      watched = { watchers: new Watchers(), isNoted: false };
      this.#topics.set(topic, watched);
    }
    const { watchers } = watched;
    const stop = watchers.add(onAppend);
    if (!watched.isNoted) this.#changed.add(topic);
    return () => {
      if (!stop() || watchers.size > 0) return false;
      this.#changed.add(topic);
      return true;
    };
  }

  tell(topic: string, before?: Cursor, entries?: readonly LogEntry[]): void {
    this.#topics.get(topic)?.watchers.notify(before, entries);
  }

  tellAll(): void {
    for (const { watchers } of this.#topics.values()) watchers.notify();
  }

  /** The file has forgotten this process: all is to be noted again. */
  forgetNotes(): void {
    for (const [topic, watched] of this.#topics) {
      watched.isNoted = false;
      this.#changed.add(topic);
    }
  }

  /** In a transaction: brings what the file says of a topic up to date. Answers whether it is not watched here any more. */
  note(topic: string): boolean {
    this.#noting.push(topic);
    const isWatched = this.isWatched(topic);
    if (isWatched) this.#add.run(toStored(topic), this.#process);
    if (isWatched || !this.#topics.get(topic)?.isNoted) return false;
    this.#drop.run(toStored(topic), this.#process);
    return true;
  }

  /** The transaction ended. */
  ended(isCommitted: boolean): void {
    const topics = this.#noting;
    this.#noting = [];
    if (!isCommitted) return;
    for (const topic of topics) {
      const watched = this.#topics.get(topic);
      const isWatched = this.isWatched(topic);
      this.#changed.delete(topic);
      if (watched) watched.isNoted = isWatched;
      if (!isWatched) this.#topics.delete(topic);
    }
  }
}
