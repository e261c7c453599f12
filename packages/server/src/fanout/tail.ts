import type { AnySubscription } from "@sluice/contract";
import type { Log, Position, ReadPage } from "@sluice/log";
import { Batch } from "./batch.js";
import { Pages } from "./pages.js";

/** Somebody who stands at the head of a topic and gets what comes. */
export interface Member {
  deliver(batch: Batch): void;
  /** The tail lost the thread (the engine trimmed what it had not read, or failed): the member reads the log for itself. */
  lost(): void;
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
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #members = new Set<Member>();
  readonly #onError: (error: unknown) => void;
  readonly #pages = new Pages();
  #unwatch: () => void = () => {};
  #scheduled = false;
  #reading = false;

  private constructor(
    log: Log,
    topic: string,
    procedure: AnySubscription,
    start: Position,
    onError: (e: unknown) => void,
  ) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.position = start;
    this.#onError = onError;
  }

  static async open(log: Log, topic: string, procedure: AnySubscription, onError: (e: unknown) => void): Promise<Tail> {
    // Watching starts before the head is read: what is appended in between is read once too often rather than missed.
    let early = false;
    let notify = () => {
      early = true;
    };
    const unwatch = log.watch(topic, () => notify());
    try {
      const tail = new Tail(log, topic, procedure, await log.head(topic), onError);
      tail.#unwatch = unwatch;
      notify = () => tail.#schedule();
      if (early) tail.#schedule();
      return tail;
    } catch (error) {
      unwatch();
      throw error;
    }
  }

  get size(): number {
    return this.#members.size;
  }

  join(member: Member): void {
    this.#members.add(member);
  }

  leave(member: Member): void {
    this.#members.delete(member);
  }

  /** A page of history, encoded once for those who read it at about the same time. */
  batch(from: Position, page: Pick<ReadPage, "entries" | "end">): Batch {
    return this.#pages.get(from, page, () => new Batch(this.#procedure, from, page.entries, page.end));
  }

  close(): void {
    this.#unwatch();
    this.#members.clear();
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
        const from = this.position;
        const result = await this.#log.read(this.#topic, from, page);
        if (!result.ok) {
          this.position = result.head;
          this.#loseAll();
          continue;
        }
        this.position = result.end;
        if (result.entries.length === 0) continue;
        if (result.entries.length === page) this.#scheduled = true;
        const batch = new Batch(this.#procedure, from, result.entries, result.end);
        for (const member of this.#members) member.deliver(batch);
      }
    } finally {
      this.#reading = false;
    }
  }

  /** Whatever was to be read now, the members read for themselves or fail at; the tail goes on with the next append. */
  #fail(error: unknown): void {
    this.#scheduled = false;
    this.#onError(error);
    this.#loseAll();
  }

  #loseAll(): void {
    for (const member of [...this.#members]) member.lost();
  }
}
