import type { AnySubscription } from "@sluice/contract";
import type { Log } from "@sluice/log";
import { TopicState } from "./topic-state.js";

/** Most folded states that are cached. A dropped one is folded again from its snapshot and the log. */
const maxStates = 1_000;

/** Most characters of JSON of all cached states: 64 Mi. The one used last is kept, whatever its size. */
const maxCharacters = 64 * 1024 * 1024;

/** Caches this process's states; drops those that were used longest ago. */
export class TopicStates {
  readonly #log: Log;
  readonly #states = new Map<string, TopicState>();
  #size = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  of(topic: string, procedure: AnySubscription): TopicState {
    const state = this.#states.get(topic) ?? this.#open(topic, procedure);
    this.#states.delete(topic);
    this.#states.set(topic, state);
    this.#makeRoom();
    return state;
  }

  /**
   * To be called for each subscriber: one that resumes behind an event which this server can't fold doesn't come across it.
   *
   * @throws SluiceError `unavailable` if this server has found such an event, and still can't fold it. PROTOCOL §12.
   */
  async assertFolds(topic: string): Promise<void> {
    const state = this.#states.get(topic);
    if (state?.isBlocked) await state.current();
  }

  #open(topic: string, procedure: AnySubscription): TopicState {
    const state: TopicState = new TopicState(this.#log, topic, procedure, (added) => {
      if (this.#states.get(topic) !== state) return; // it was dropped, and is used for the last time
      this.#size += added;
      this.#makeRoom();
    });
    return state;
  }

  #makeRoom(): void {
    for (const [topic, { size }] of this.#states) {
      if (this.#states.size <= maxStates && (this.#size <= maxCharacters || this.#states.size === 1)) return;
      this.#states.delete(topic);
      this.#size -= size;
    }
  }
}
