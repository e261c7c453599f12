import type { AnySubscription } from "@sluice/contract";
import type { Log, Position } from "@sluice/log";
import { encodeSaved } from "./saved-state.js";
import { type FoldedState, TopicFold } from "./topic-fold.js";

export type { FoldedState } from "./topic-fold.js";

/**
 * The state of one topic, folded from its saved snapshot and the log after it. It moves forward when it is asked, one
 * step at a time; what it folded once it doesn't fold again.
 */
export class TopicState {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #fold: TopicFold;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param onSize told by how many characters its JSON has grown or shrunk, whenever that is known. */
  constructor(log: Log, topic: string, procedure: AnySubscription, onSize: (added: number) => void = () => {}) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#fold = new TopicFold(log, topic, procedure, onSize);
  }

  get size(): number {
    return this.#fold.size;
  }

  /** The state at the log's head, in wire form. */
  current(): Promise<FoldedState> {
    return this.exclusively(async (fold) => {
      await fold.advance();
      return fold.encoded();
    });
  }

  /** Steps never overlap: each begins with all that the one before has folded. */
  exclusively<T>(step: (fold: TopicFold) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => step(this.#fold));
    this.#turn = result.catch(() => {});
    return result;
  }

  /**
   * Saves a snapshot if at least `every` entries came since the last one, so that the engine may trim what it covers.
   *
   * @param head where the topic is known to have got.
   */
  async compact(head: Position, every: number): Promise<void> {
    // Offsets of another life of the topic, which may have been saved just now, say nothing of this one.
    const { saved } = this.#fold;
    const savedAt = saved?.epoch === head.epoch ? saved.offset : 0;
    if (head.offset - savedAt < every) return;
    const { position, json } = await this.exclusively(async (fold) => {
      const { position: at } = fold;
      if (at?.epoch !== head.epoch || at.offset < head.offset) await fold.advance();
      return fold.encoded();
    });
    await this.#log.saveSnapshot(this.#topic, position, encodeSaved(this.#procedure, json));
    // Whoever was faster saved one at least as good.
    this.#fold.saved = position;
  }
}
