import type { AnySubscription } from "@sluice/contract";
import type { Cursor, Log, LogEntry, Opened, OpenOptions, ReadPage, Wakeup, Watch } from "@sluice/log";
import { afterTurn } from "../time/after-turn.js";
import type { Batch } from "./batch.js";
import { Carried } from "./carried.js";
import { assertVersion, skewOf } from "./contract-skew.js";
import { type DirectSettings, DirectSubscribers } from "./direct-subscribers.js";
import { firstUnknown, isNewer, pageBefore } from "./known-entries.js";
import type { QueuedSubscriber } from "./queued-subscriber.js";
import type { ReplayCache } from "./replay-cache.js";
import { isSameCursor } from "./same-cursor.js";
import { type Look, Step } from "./trail.js";

/** What a tail reads from, and what it shares with other tails. */
export interface TailSources extends DirectSettings {
  readonly log: Log;
  readonly topic: string;
  readonly procedure: AnySubscription;
  readonly pages: ReplayCache;
  readonly onError: (error: unknown) => void;
}

/** Entries that a tail reads at once. */
const page = 512;

/** The cursor of a tail that does not know its topic's head yet. No cursor is equal to it. */
const nowhere: Cursor = { epoch: "", offset: 0, mark: "" };

/** What a tail does at the moment. */
type Phase =
  /** It begins to watch, and waits for the first subscriber's read, which tells it the topic's head. */
  | "new"
  /** It waits for a wake-up. */
  | "idle"
  /** It was woken up, and continues in the next turn of the event loop. */
  | "woken"
  /** It reads the log, or hands out. */
  | "reading"
  | "closed";

/**
 * Follows a topic for all its subscribers in this process. Everything that was appended in one turn of the event loop goes to each of
 * them as one batch, encoded once. The tail reads the log only for entries that its wake-ups did not carry.
 */
export class Tail {
  /** Everything up to here was handed out. */
  cursor: Cursor = nowhere;
  /** The same cursor, to be linked to the next batch. */
  step = new Step(nowhere);
  /** How often it was taken and not released; the hub counts. */
  users = 0;
  /** False from the first `look()` on. */
  isUnread = true;
  /** The subscribers at this cursor that get all batches as they are. */
  readonly direct: DirectSubscribers;
  readonly topic: string;
  /** The number of the topic's lanes, on all streams with many lanes. */
  readonly lane: number;
  readonly #log: Log;
  readonly #procedure: AnySubscription;
  readonly #queued = new Set<QueuedSubscriber>();
  readonly #onError: (error: unknown) => void;
  readonly #pages: ReplayCache;
  readonly #watch: Watch;
  readonly #carried = new Carried();
  #phase: Phase = "new";
  /** There are entries that no wake-up carried, or that it failed to read. */
  #mustRead = false;
  /** The epoch in which the topic has a newer version: each newcomer has to read, and so is refused. */
  #newerIn: string | undefined;

  constructor({ log, topic, procedure, pages, onError, ...settings }: TailSources) {
    this.direct = new DirectSubscribers(settings);
    this.#log = log;
    this.topic = topic;
    this.lane = settings.lane;
    this.#procedure = procedure;
    this.#pages = pages;
    this.#onError = onError;
    this.#watch = log.watch(topic, (wakeup) => this.#onAppend(wakeup));
  }

  /** Resolves when the tail is told of everything that is appended from then on. Rejects if the topic cannot be watched. */
  get ready(): Promise<void> {
    return this.#watch.ready;
  }

  /** The topic's head, as far as this process was told. `undefined`: there are, or may be, entries that were not handed out. */
  get end(): Cursor | undefined {
    const isKnown = this.#phase === "idle" && !this.#mustRead && this.#newerIn !== this.cursor.epoch;
    return isKnown ? this.cursor : undefined;
  }

  /** Reads the log for a subscriber that is going to join. The first read tells the tail where to begin. */
  async look(options: OpenOptions): Promise<Look> {
    this.isUnread = false;
    if (this.#phase === "new") await this.ready;
    const { step } = this;
    return this.saw(step, await this.#log.open(this.topic, options));
  }

  /** Reads what follows a cursor, unless that is the topic's head. */
  lookAfter(from: Cursor, options: Omit<OpenOptions, "from">): Look | Promise<Look> {
    return this.end && isSameCursor(from, this.end) ? { step: this.step } : this.look({ ...options, from });
  }

  /** The topic's head. The log is read only if the head is not known. */
  async head(): Promise<Look & { readonly cursor: Cursor }> {
    if (this.end) return { cursor: this.end, step: this.step };
    const { step, opened } = await this.look({ from: { last: 0 }, limit: 0 });
    return { cursor: (opened as Opened).page.head, step, opened };
  }

  /**
   * To be called with every read of the topic that began after `ready`.
   *
   * @param step the tail's step when the read began
   * @throws SluiceError `unavailable` if the topic's version is above the contract's
   */
  saw(step: Step, opened: Opened): Look {
    assertVersion(this.#procedure, opened.page);
    if (this.#phase === "new") {
      this.#phase = "idle";
      this.#jump(opened.page.head);
      if (this.#mustRead || !this.#carried.isEmpty) this.#wake();
      return { opened, step: this.step };
    }
    if (this.#phase === "idle" && this.#mustRead) this.#wake(); // the log answers again
    return { opened, step };
  }

  join(member: QueuedSubscriber): void {
    this.#queued.add(member);
  }

  leave(member: QueuedSubscriber): void {
    this.#queued.delete(member);
  }

  /** The next batch for a socket, of a page that was read after `from`; see `ReplayCache`. */
  batch(from: Cursor, page: Pick<ReadPage, "entries" | "end">, maxBytes?: number): Batch {
    return this.#pages.get({ topic: this.topic, procedure: this.#procedure, from, maxBytes }, page);
  }

  /** Reads the log though nothing was appended, to find out whether its history still has the tail's cursor, and those ahead of it. */
  recheck(): void {
    this.#onAppend();
  }

  close(): void {
    this.#phase = "closed";
    this.#watch.stop();
    this.#queued.clear();
  }

  #onAppend(wakeup?: Wakeup): void {
    if (!wakeup || !this.#carried.add(wakeup)) this.#mustRead = true;
    if (this.#phase === "idle") this.#wake();
  }

  #wake(): void {
    this.#phase = "woken";
    afterTurn(() => this.#continue());
  }

  #continue(): void {
    if (this.#phase !== "woken") return;
    this.#phase = "reading";
    try {
      if (!this.#mustRead && this.#handOutCarried()) this.#finish();
      else this.#read().catch((error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  async #read(): Promise<void> {
    do {
      this.#mustRead = false;
      const { page: read } = await this.#log.open(this.topic, { from: this.cursor, limit: page });
      if (this.#phase === "closed") return;
      if (!read.ok) {
        if (skewOf(this.#procedure, read)) this.#newerIn = read.head.epoch;
        this.#loseAll();
        this.#jump(read.head);
      } else {
        this.#handOut(read);
        if (read.end.offset < read.head.offset) this.#mustRead = true;
        else this.#reachHead();
      }
    } while (this.#mustRead || !this.#handOutCarried());
    this.#finish();
  }

  /** The log ends here. Who has read further has read what the log has lost since, or what came after the tail's own read. */
  #reachHead(): void {
    this.step = this.step.after();
    const { offset } = this.cursor;
    for (const member of this.#queued) if (member.place && member.place.offset > offset) member.lost();
  }

  #finish(): void {
    if (this.#phase === "reading") this.#phase = "idle"; // a batch may have ended the last subscriber, and so closed the tail
  }

  /** False: the log has to be read, because the carried entries do not follow the tail's cursor. */
  #handOutCarried(): boolean {
    const entries = this.#carried.takeAfter(this.cursor);
    const last = entries?.at(-1);
    if (entries && last) this.#handOut({ entries, end: last.cursor });
    return entries !== undefined;
  }

  #handOut({ entries, end }: Pick<ReadPage, "entries" | "end">): void {
    for (let rest = entries; rest.length > 0; ) {
      const unknown = firstUnknown(this.#procedure, rest);
      if (unknown === 0) {
        if (isNewer(this.#procedure, rest[0] as LogEntry)) this.#newerIn = end.epoch;
        // Each subscriber decides for itself: it starts over behind the entry, or its client goes to a server that knows it.
        this.#loseAll();
        this.#jump(end);
        return;
      }
      const batch = this.batch(
        this.cursor,
        unknown > 0 ? pageBefore({ entries: rest }, unknown) : { entries: rest, end },
      );
      this.direct.review();
      // After the last entry, each subscriber ends its own stream.
      if (batch.isLast) for (const subscriber of this.direct.all) subscriber.queue();
      // Each connection writes a long batch in pieces.
      else if (this.direct.isTooLong(batch)) {
        for (const subscriber of this.direct.all) subscriber.lost();
      }
      this.cursor = batch.end;
      this.step = this.step.after(batch);
      this.direct.write(batch);
      for (const member of this.#queued) member.deliver(batch);
      rest = rest.slice(batch.entries.length);
    }
  }

  /** Continues at a cursor that no batch leads to. */
  #jump(to: Cursor): void {
    this.cursor = to;
    this.step = new Step(to);
  }

  /** Subscribers read the log themselves, or fail. The tail tries again at the next wake-up, or when a subscriber's read succeeds. */
  #fail(error: unknown): void {
    if (this.#phase === "closed") return;
    this.#phase = "idle";
    this.#mustRead = true;
    this.#onError(error);
    this.#loseAll();
  }

  #loseAll(): void {
    for (const member of [...this.direct.all, ...this.#queued]) member.lost();
  }
}
