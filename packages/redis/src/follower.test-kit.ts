import type { Cursor, GapReason, Log, LogEntry, Wakeup } from "@sluice/log";

/** Reads a topic as the server's tails do: it uses what wake-ups carry, reads otherwise, and has no timer to try again. */
export class Follower {
  readonly seen: LogEntry[] = [];
  /** Why, and how many entries it had seen. */
  readonly resets: { readonly reason: GapReason; readonly at: number }[] = [];
  readonly stop: () => void;
  readonly #log: Log;
  readonly #topic: string;
  #cursor: Cursor;
  #isReading = false;
  #mustRead = false;

  private constructor(log: Log, topic: string, start: Cursor) {
    this.#log = log;
    this.#topic = topic;
    this.#cursor = start;
    this.stop = log.watch(topic, (wakeup) => this.#onAppend(wakeup)).stop;
  }

  static async open(log: Log, topic: string): Promise<Follower> {
    const watch = log.watch(topic, () => {});
    await watch.ready;
    const { page } = await log.open(topic, { from: { last: 0 }, limit: 0 });
    const follower = new Follower(log, topic, page.head);
    watch.stop();
    return follower;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  get data(): string[] {
    return this.seen.map((entry) => entry.data);
  }

  #onAppend(wakeup?: Wakeup): void {
    if (!this.#isReading && wakeup && isSame(wakeup.before, this.#cursor)) this.#take(wakeup.entries);
    else void this.#read();
  }

  #take(entries: readonly LogEntry[]): void {
    this.seen.push(...entries);
    this.#cursor = entries.at(-1)?.cursor ?? this.#cursor;
  }

  async #read(): Promise<void> {
    this.#mustRead = true;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      while (this.#mustRead) {
        this.#mustRead = false;
        const { page } = await this.#log.open(this.#topic, { from: this.#cursor, limit: 100 });
        if (page.ok) {
          this.#take(page.entries);
          if (page.end.offset < page.head.offset) this.#mustRead = true;
        } else {
          this.resets.push({ reason: page.reason, at: this.seen.length });
          this.#cursor = page.oldest;
          this.#mustRead = true;
        }
      }
    } catch {} // it is called when the store is back
    this.#isReading = false;
  }
}

const isSame = (one: Cursor, other: Cursor): boolean =>
  one.offset === other.offset && one.mark === other.mark && one.epoch === other.epoch;
