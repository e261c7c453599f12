import type { Position } from "@sluice/log";
import type { Lifetime } from "../time/lifetime.js";
import type { Deadline, TimerWheel } from "../time/timer-wheel.js";
import type { QueuedSubscriber, Tail } from "../topic/tail.js";

/** Who reads a run's events in this process. */
export interface RunSubscriber {
  readonly lifetime: Lifetime;
  readonly reader: RunReader;
  /** What brings the reader its events, once it has caught up. */
  readonly tail: Pick<Tail, "join" | "leave" | "recheck">;
}

export interface RunReader {
  /** Up to here its socket was handed everything. */
  readonly place: Position;
  /** To be called when it has moved on by itself, and not along with its tail. */
  onMoved: (() => void) | undefined;
}

/** A stretch is over after so many events, or so many characters of their data. */
const most = { events: 1_024, characters: 1024 * 1024 };

/** Milliseconds after which a stretch is taken as read where somebody is attached elsewhere: that he reads is all that is known. */
const paceElsewhere = 250;
/** Milliseconds after which a stretch is taken as read where nobody is attached at all. */
const paceUnread = 1_000;

export interface LeadSettings {
  readonly wheel: TimerWheel;
  /** Most events that a reader may be behind before it is told of a gap. */
  readonly catchUpEvents: number;
  /** Looks whether somebody is attached through another process. */
  readonly askElsewhere: () => Promise<boolean>;
}

/**
 * How far a run is ahead of those who read it. A generator that never waits would fill the log faster than anybody reads,
 * and drop from it what nobody has read. So it goes in stretches, and waits after each until somebody, the fastest of all,
 * has read up to where that stretch began. Nobody has to wait for the slow ones.
 */
export class Lead implements QueuedSubscriber, Deadline {
  tick = 0;
  readonly #settings: LeadSettings;
  readonly #subscribers = new Set<RunSubscriber>();
  readonly #mostEvents: number;
  /** Where the stretch began. */
  #from: Position;
  #events = 0;
  #characters = 0;
  /** Set while it waits. */
  #waiting: { readonly until: Position; readonly goOn: () => void } | undefined;
  #isElsewhere = false;

  constructor(settings: LeadSettings, from: Position) {
    this.#settings = settings;
    this.#from = from;
    this.#mostEvents = Math.max(1, Math.min(most.events, Math.floor(settings.catchUpEvents / 2)));
  }

  attach(subscriber: RunSubscriber): void {
    const { lifetime, reader, tail } = subscriber;
    this.#subscribers.add(subscriber);
    reader.onMoved = () => this.#look();
    tail.join(this);
    lifetime.watch({ onEnd: () => this.#subscribers.delete(subscriber) });
  }

  /** Counts an event that was appended; resolves when the next may come, or is `undefined` if that is now. */
  add({ data }: { readonly data: string }, position: Position): Promise<void> | undefined {
    this.#characters += data.length;
    if (++this.#events < this.#mostEvents && this.#characters < most.characters) return undefined;
    const until = this.#from;
    this.#from = position;
    this.#events = 0;
    this.#characters = 0;
    if (this.#isRead(until)) return undefined;
    this.#settings.wheel.schedule(this, this.#isElsewhere ? paceElsewhere : paceUnread);
    return new Promise((goOn) => {
      this.#waiting = { until, goOn };
    });
  }

  /** Of the tail, which hands out to those at the head. */
  deliver(): void {
    this.#look();
  }

  /** Of the tail. Readers see for themselves what has become of their place. */
  lost(): void {}

  /** Of the wheel: it has waited for long enough to ask who reads at all. */
  fire(): void {
    void this.#goOnUnseen();
  }

  /** Has all who read here see whether their place is still in the log. */
  recheck(): void {
    for (const { tail } of this.#subscribers) tail.recheck();
  }

  /** Nothing is waited for any more. */
  close(): void {
    for (const { reader, tail } of this.#subscribers) {
      reader.onMoved = undefined;
      tail.leave(this);
    }
    this.#goOn();
  }

  #look(): void {
    if (this.#waiting && this.#isRead(this.#waiting.until)) this.#goOn();
  }

  #isRead({ epoch, offset }: Position): boolean {
    for (const { reader } of this.#subscribers) {
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
