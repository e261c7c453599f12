import type { AnySubscription } from "@sluice/contract";
import type { Log, Opened, OpenOptions, Position, ReadPage, Wakeup, Watch } from "@sluice/log";
import type { Batch } from "./batch.js";
import { Carried } from "./carried.js";
import { type DirectSettings, DirectSubscribers } from "./direct-subscribers.js";
import { firstUnknown, pageBefore } from "./known-entries.js";
import type { ReplayCache } from "./replay-cache.js";
import { isSameCursor } from "./same-cursor.js";
import { pieceLength } from "./shared-bytes.js";
import { type Look, Step } from "./trail.js";

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

/** Where a tail stands that was not told where its topic ends: no cursor is like it. */
const nowhere: Position = { epoch: "", offset: 0, mark: "" };

/** What a tail is doing. */
type Phase =
  /** It watches, or is about to, and waits for somebody to look where the topic ends. */
  | "new"
  /** It waits to be told of something. */
  | "resting"
  /** It was told, and goes on in the next turn of the event loop. */
  | "called"
  /** It waits for the log. */
  | "reading"
  | "closed";

/**
 * The one who follows a topic in this process. What it was told of in a turn of the event loop it hands to every member as one
 * batch, encoded once. It reads only what it was not given along with the word that something was appended.
 */
export class Tail {
  /** Up to here everything was handed out. */
  position: Position = nowhere;
  /** The same place, and whatever is handed out there. */
  step = new Step(nowhere);
  /** How many have taken it: the hub's count. */
  users = 0;
  /** Nobody has looked yet. */
  isUnseen = true;
  /** Those who stand there, and get all that comes as it is. */
  readonly direct: DirectSubscribers;
  readonly topic: string;
  readonly #log: Log;
  readonly #procedure: AnySubscription;
  readonly #queued = new Set<QueuedSubscriber>();
  readonly #onError: (error: unknown) => void;
  readonly #pages: ReplayCache;
  readonly #watch: Watch;
  readonly #carried = new Carried();
  #phase: Phase = "new";
  /** Something was appended that it was not given, or that it failed to read. */
  #mustRead = false;

  constructor({ log, topic, procedure, pages, onError, ...settings }: TailSources) {
    this.direct = new DirectSubscribers(settings);
    this.#log = log;
    this.topic = topic;
    this.#procedure = procedure;
    this.#pages = pages;
    this.#onError = onError;
    this.#watch = log.watch(topic, (wakeup) => this.#notice(wakeup));
  }

  /** From then on nothing that is appended escapes it. Rejects if the topic can't be watched. */
  get ready(): Promise<void> {
    return this.#watch.ready;
  }

  /** Where the topic ends, as far as can be known here. `undefined`: there is, or may be, more than was handed out. */
  get end(): Position | undefined {
    return this.#phase === "resting" && !this.#mustRead ? this.position : undefined;
  }

  /** Reads the log, for somebody who is going to join. Who looks first tells the tail where it begins. */
  async look(options: OpenOptions): Promise<Look> {
    this.isUnseen = false;
    if (this.#phase === "new") await this.ready;
    const { step } = this;
    return this.saw(step, await this.#log.open(this.topic, options));
  }

  /** What follows a place: nothing is read if the topic ends there. */
  lookAfter(from: Position, options: Omit<OpenOptions, "from">): Look | Promise<Look> {
    return this.end && isSameCursor(from, this.end) ? { step: this.step } : this.look({ ...options, from });
  }

  /** Where the topic ends: that is read only if it isn't known. */
  async head(): Promise<Look & { readonly position: Position }> {
    if (this.end) return { position: this.end, step: this.step };
    const { step, opened } = await this.look({ from: { last: 0 }, limit: 0 });
    return { position: (opened as Opened).page.head, step, opened };
  }

  /**
   * Takes note of what somebody has read, after `ready`.
   *
   * @param step where the tail stood before
   */
  saw(step: Step, opened: Opened): Look {
    if (this.#phase === "new") {
      this.#phase = "resting";
      this.#jump(opened.page.head);
      if (this.#mustRead || !this.#carried.isEmpty) this.#call();
      return { opened, step: this.step };
    }
    if (this.#phase === "resting" && this.#mustRead) this.#call(); // the log can be read again
    return { opened, step };
  }

  join(member: QueuedSubscriber): void {
    this.#queued.add(member);
  }

  leave(member: QueuedSubscriber): void {
    this.#queued.delete(member);
  }

  /** The next that a socket may be handed of what was read after `from`; see `ReplayCache`. */
  batch(from: Position, page: Pick<ReadPage, "entries" | "end">, maxBytes?: number): Batch {
    return this.#pages.get({ topic: this.topic, procedure: this.#procedure, from, maxBytes }, page);
  }

  /** Reads on though nothing was appended, to see whether its position still is in the log's history. */
  recheck(): void {
    this.#notice();
  }

  close(): void {
    this.#phase = "closed";
    this.#watch.stop();
    this.#queued.clear();
  }

  #notice(wakeup?: Wakeup): void {
    if (!wakeup || !this.#carried.add(wakeup)) this.#mustRead = true;
    if (this.#phase === "resting") this.#call();
  }

  #call(): void {
    this.#phase = "called";
    setImmediate(() => this.#goOn());
  }

  #goOn(): void {
    if (this.#phase !== "called") return;
    this.#phase = "reading";
    if (!this.#mustRead && this.#handOutCarried()) this.#rest();
    else this.#read().catch((error) => this.#fail(error));
  }

  async #read(): Promise<void> {
    do {
      this.#mustRead = false;
      const { page: read } = await this.#log.open(this.topic, { from: this.position, limit: page });
      if (this.#phase === "closed") return;
      if (!read.ok) {
        this.#loseAll();
        this.#jump(read.head);
      } else {
        this.#handOut(read);
        if (read.end.offset < read.head.offset) this.#mustRead = true;
      }
    } while (this.#mustRead || !this.#handOutCarried());
    this.#rest();
  }

  #rest(): void {
    if (this.#phase === "reading") this.#phase = "resting"; // with the last of a topic's entries its last user may have gone
  }

  /** False: what was carried doesn't begin where the tail stands. */
  #handOutCarried(): boolean {
    const entries = this.#carried.takeAfter(this.position);
    const last = entries?.at(-1);
    if (entries && last) this.#handOut({ entries, end: last.position });
    return entries !== undefined;
  }

  #handOut({ entries, end }: Pick<ReadPage, "entries" | "end">): void {
    for (let rest = entries; rest.length > 0; ) {
      const unknown = firstUnknown(this.#procedure, rest);
      if (unknown === 0) {
        // What it means to each, they find out by themselves: they begin anew behind it, or go to a server that knows it.
        this.#loseAll();
        this.#jump(end);
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
      this.step = this.step.after(batch);
      this.direct.write(batch);
      for (const member of this.#queued) member.deliver(batch);
      rest = rest.slice(batch.entries.length);
    }
  }

  /** Goes on from a place that no batch leads to. */
  #jump(to: Position): void {
    this.position = to;
    this.step = new Step(to);
  }

  /** Whatever was to be read now, subscribers read for themselves or fail at; the tail goes on when it's told something, or the log answers. */
  #fail(error: unknown): void {
    if (this.#phase === "closed") return;
    this.#phase = "resting";
    this.#mustRead = true;
    this.#onError(error);
    this.#loseAll();
  }

  #loseAll(): void {
    for (const member of [...this.direct.all, ...this.#queued]) member.lost();
  }
}
