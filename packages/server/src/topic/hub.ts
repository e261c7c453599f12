import type { AnySubscription } from "@sluice/contract";
import { type Log, LogError } from "@sluice/log";
import { LaneNumbers } from "./lane-numbers.js";
import { Tail, type TailSources } from "./tail.js";

/** Settings that all tails share. */
export interface HubSettings extends Pick<TailSources, "log" | "pages" | "counters" | "wheel"> {
  readonly onError: (error: unknown, topic: string) => void;
}

/** One tail per topic that has subscribers in this process. */
export class Hub {
  readonly #settings: HubSettings;
  readonly #tails = new Map<string, Tail>();
  readonly #lanes = new LaneNumbers();
  /** What a tail was told last by a log that is away, and none has read the log since: that the others are told the same is no news. */
  #outage: string | undefined;

  constructor(settings: HubSettings) {
    this.#settings = { ...settings, log: this.#noting(settings.log) };
  }

  /** Number of topics that are followed. */
  get size(): number {
    return this.#tails.size;
  }

  has(topic: string): boolean {
    return this.#tails.has(topic);
  }

  /** Returns the topic's tail. Each caller releases it once. */
  take(topic: string, procedure: AnySubscription): Tail {
    const tail = this.#tails.get(topic) ?? this.#open(topic, procedure);
    tail.users++;
    return tail;
  }

  /** Closes the tail when its last user releases it. */
  release(tail: Tail): void {
    if (--tail.users > 0) return;
    this.#forget(tail);
    tail.close();
    this.#lanes.release(tail.lane);
  }

  #open(topic: string, procedure: AnySubscription): Tail {
    const onError = (error: unknown) => this.#failed(error, topic);
    const tail = new Tail({ ...this.#settings, lane: this.#lanes.take(), topic, procedure, onError });
    this.#tails.set(topic, tail);
    // The next subscriber gets a new tail, even if this one is not released yet.
    tail.ready.catch(() => this.#forget(tail));
    return tail;
  }

  #failed(error: unknown, topic: string): void {
    if (LogError.is(error)) {
      if (error.message === this.#outage) return;
      this.#outage = error.message;
    }
    this.#settings.onError(error, topic);
  }

  /** The log, whose answers tell that it is not away. */
  #noting(log: Log): Log {
    return {
      ...log,
      open: async (topic, options) => {
        const opened = await log.open(topic, options);
        this.#outage = undefined;
        return opened;
      },
    };
  }

  #forget(tail: Tail): void {
    if (this.#tails.get(tail.topic) === tail) this.#tails.delete(tail.topic);
  }
}
