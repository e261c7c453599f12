import type { Cursor } from "@sluice/log";
import type { EndListener, Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import type { QueuedSubscriber } from "../topic/queued-subscriber.js";
import type { Tail } from "../topic/tail.js";

/** A subscriber of a run, on this server. */
export interface RunSubscriber {
  readonly lifetime: Lifetime;
  readonly reader: RunReader;
  /** Brings the reader its events, once it has caught up. */
  readonly tail: Pick<Tail, "join" | "leave" | "recheck">;
}

export interface RunReader {
  /** Everything up to here was handed to its socket. */
  readonly place: Cursor;
  /** The reader calls it when it moves on by itself, and not along with its tail. */
  onMoved: (() => void) | undefined;
}

/** A stretch ends after this many events, or this many characters of their data. */
const most = { events: 1_024, characters: 1024 * 1024 };

/** Milliseconds after which a stretch counts as read, if somebody is attached to another server: how far they read is not known. */
const paceElsewhere = 250;
/** Milliseconds after which a stretch counts as read, if nobody is attached at all. */
const paceUnread = 1_000;

export interface LeadSettings {
  readonly wheel: TimerWheel;
  /** Most events that a reader may be behind before it gets a reset. */
  readonly catchUpEvents: number;
  /** Asks the log whether somebody is attached to another server. */
  readonly askElsewhere: () => Promise<boolean>;
}

/**
 * Limits how far a run is ahead of its readers. A generator that never waits would fill the log faster than anybody reads,
 * and the log would drop events that nobody has read. So the run goes in stretches. After each one it waits until the
 * fastest reader has reached the place where that stretch began. It never waits for the slower readers.
 */
export class Lead implements QueuedSubscriber, Deadline {
  tick = 0;
  readonly #settings: LeadSettings;
  /** With what watches their lifetimes. */
  readonly #subscribers = new Map<RunSubscriber, EndListener>();
  readonly #mostEvents: number;
  /** Where the stretch began. */
  #from: Cursor;
  #events = 0;
  #characters = 0;
  /** Set while the run waits. */
  #waiting: { readonly until: Cursor; readonly goOn: () => void } | undefined;
  #isElsewhere = false;

  constructor(settings: LeadSettings, from: Cursor) {
    this.#settings = settings;
    this.#from = from;
    this.#mostEvents = Math.max(1, Math.min(most.events, Math.floor(settings.catchUpEvents / 2)));
  }

  attach(subscriber: RunSubscriber): void {
    const { lifetime, reader, tail } = subscriber;
    const listener = { onEnd: () => this.#subscribers.delete(subscriber) };
    this.#subscribers.set(subscriber, listener);
    reader.onMoved = () => this.#look();
    tail.join(this);
    lifetime.watch(listener);
  }

  /** Counts an appended event. Resolves when the run may go on; `undefined`: it may go on at once. */
  add({ data }: { readonly data: string }, cursor: Cursor): Promise<void> | undefined {
    this.#characters += data.length;
    if (++this.#events < this.#mostEvents && this.#characters < most.characters) return undefined;
    const until = this.#from;
    this.#from = cursor;
    this.#events = 0;
    this.#characters = 0;
    if (this.#isRead(until)) return undefined;
    this.#settings.wheel.schedule(this, this.#isElsewhere ? paceElsewhere : paceUnread);
    return new Promise((goOn) => {
      this.#waiting = { until, goOn };
    });
  }

  deliver(): void {
    this.#look();
  }

  /** Each reader finds out by itself what became of its place. */
  lost(): void {}

  /** The run has waited for so long that it asks whether anybody reads at all. */
  fire(): void {
    void this.#goOnUnseen();
  }

  /** Makes the readers check whether their place is still in the log. */
  recheck(): void {
    for (const { tail } of this.#subscribers.keys()) tail.recheck();
  }

  /** The run waits for nobody any more. */
  close(): void {
    for (const [{ reader, tail, lifetime }, listener] of this.#subscribers) {
      reader.onMoved = undefined;
      tail.leave(this);
      lifetime.unwatch(listener);
    }
    this.#goOn();
  }

  #look(): void {
    if (this.#waiting && this.#isRead(this.#waiting.until)) this.#goOn();
  }

  #isRead({ epoch, offset }: Cursor): boolean {
    for (const { reader } of this.#subscribers.keys()) {
      if (reader.place.offset >= offset && reader.place.epoch === epoch) return true;
    }
    return false;
  }

  async #goOnUnseen(): Promise<void> {
    const waiting = this.#waiting;
    this.#isElsewhere = await this.#settings.askElsewhere();
    if (!waiting || this.#waiting !== waiting) return;
    if (this.#isElsewhere || this.#subscribers.size === 0 || this.#isRead(waiting.until)) this.#goOn();
    else this.#settings.wheel.schedule(this, paceUnread);
  }

  #goOn(): void {
    this.#settings.wheel.cancel(this);
    this.#waiting?.goOn();
    this.#waiting = undefined;
  }
}
