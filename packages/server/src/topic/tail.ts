import type { AnySubscription } from "@sluice/contract";
import type { Log, Position, ReadPage } from "@sluice/log";
import type { Batch } from "./batch.js";
import { type DirectSettings, DirectSubscribers } from "./direct-subscribers.js";
import { firstUnknown, pageBefore } from "./known-entries.js";
import type { ReplayCache } from "./replay-cache.js";
import { pieceLength } from "./shared-bytes.js";

/** Somebody at the head of a topic who is handed each batch. */
export interface QueuedSubscriber {
  deliver(batch: Batch): void;
  /** The tail lost the thread (the engine trimmed what it had not read, or failed): it reads the log for itself. */
  lost(): void;
}

/** Where a tail reads, and what it shares with others. */
export interface TailSources extends DirectSettings {
  readonly log: Log;
  readonly topic: string;
  readonly procedure: AnySubscription;
  readonly pages: ReplayCache;
  readonly onError: (error: unknown) => void;
}

/** How many entries a tail reads at once. */
const page = 512;

/**
 * The one reader of a topic in this process. What was appended in a turn of the event loop it reads together, and hands
 * to every member as one batch, encoded once.
 */
export class Tail {
  /** Up to here everything was handed out. */
  position: Position;
  /** Those who stand there, and get all that comes as it is. */
  readonly direct: DirectSubscribers;
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #queued = new Set<QueuedSubscriber>();
  readonly #onError: (error: unknown) => void;
  readonly #pages: ReplayCache;
  #unwatch: () => void = () => {};
  #scheduled = false;
  #reading = false;

  private constructor({ log, topic, procedure, pages, onError, ...settings }: TailSources, start: Position) {
    this.direct = new DirectSubscribers(settings);
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#pages = pages;
    this.#onError = onError;
    this.position = start;
  }

  static async open(sources: TailSources): Promise<Tail> {
    const { log, topic } = sources;
    // Watching starts before the head is read: what is appended in between is read once too often rather than missed.
    let early = false;
    let notify = () => {
      early = true;
    };
    const watch = log.watch(topic, () => notify());
    try {
      const tail = new Tail(sources, (await log.open(topic, { from: { last: 0 }, limit: 0 })).page.head);
      tail.#unwatch = () => watch.stop();
      notify = () => tail.#schedule();
      if (early) tail.#schedule();
      return tail;
    } catch (error) {
      watch.stop();
      throw error;
    }
  }

  join(member: QueuedSubscriber): void {
    this.#queued.add(member);
  }

  leave(member: QueuedSubscriber): void {
    this.#queued.delete(member);
  }

  /** The next that a socket may be handed of what was read after `from`; see `ReplayCache`. */
  batch(from: Position, page: Pick<ReadPage, "entries" | "end">, maxBytes?: number): Batch {
    return this.#pages.get({ topic: this.#topic, procedure: this.#procedure, from, maxBytes }, page);
  }

  /** Reads on though nothing was appended, to see whether its position still is in the log's history. */
  recheck(): void {
    this.#schedule();
  }

  close(): void {
    this.#unwatch();
    this.#queued.clear();
  }

  #schedule(): void {
    if (this.#scheduled || this.#reading) {
      this.#scheduled = true;
      return;
    }
    this.#scheduled = true;
    setImmediate(() => void this.#read().catch((error) => this.#fail(error)));
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#scheduled) {
        this.#scheduled = false;
        const { page: result } = await this.#log.open(this.#topic, { from: this.position, limit: page });
        if (!result.ok) {
          this.#loseAll();
          this.position = result.head;
          continue;
        }
        if (result.entries.length === page) this.#scheduled = true;
        this.#handOut(result);
      }
    } finally {
      this.#reading = false;
    }
  }

  #handOut({ entries, end }: ReadPage): void {
    for (let rest = entries; rest.length > 0; ) {
      const unknown = firstUnknown(this.#procedure, rest);
      if (unknown === 0) {
        // What it means to each, they find out by themselves: they begin anew behind it, or go to a server that knows it.
        this.#loseAll();
        this.position = end;
        return;
      }
      const batch = this.batch(
        this.position,
        unknown > 0 ? pageBefore({ entries: rest }, unknown) : { entries: rest, end },
      );
      this.direct.review();
      // With the last, each ends a stream of its own.
      if (batch.isLast) for (const subscriber of this.direct.all) subscriber.queue();
      // What is long is written in pieces, which is for each connection to do.
      else if (this.direct.size > 0 && batch.bytes.plain.length > pieceLength) {
        for (const subscriber of this.direct.all) subscriber.lost();
      }
      this.position = batch.end;
      this.direct.write(batch);
      for (const member of this.#queued) member.deliver(batch);
      rest = rest.slice(batch.entries.length);
    }
  }

  /** Whatever was to be read now, subscribers read for themselves or fail at; the tail goes on with the next append. */
  #fail(error: unknown): void {
    this.#scheduled = false;
    this.#onError(error);
    this.#loseAll();
  }

  #loseAll(): void {
    for (const member of [...this.direct.all, ...this.#queued]) member.lost();
  }
}
