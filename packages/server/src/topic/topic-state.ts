import type { AnySubscription } from "@sluice/contract";
import type { Cursor, Log, Opened, ReadPage } from "@sluice/log";
import { isSameCursor } from "./same-cursor.js";
import { encodeSaved } from "./saved-state.js";
import { type FoldedState, TopicFold } from "./topic-fold.js";

export type { FoldedState } from "./topic-fold.js";

/** What is known of a topic and need not be read. */
export interface KnownOfTopic {
  /** Its head. */
  readonly end?: Cursor | undefined;
  /** What the log has from its saved snapshot on. */
  readonly opened?: Pick<Opened, "snapshot" | "page"> | undefined;
}

/** The state at a topic's head. */
export interface CurrentState extends FoldedState {
  /** What the log has after it: nothing, or a run's end. `undefined`: nothing was read. */
  readonly rest: ReadPage | undefined;
}

/**
 * The state of one topic, folded from its saved snapshot and the entries after it. It advances when it is asked, one
 * step at a time, and folds only what is new.
 */
export class TopicState {
  readonly #log: Log;
  readonly #topic: string;
  readonly #procedure: AnySubscription;
  readonly #fold: TopicFold;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param onSize called with the number of characters by which its JSON grew or shrank, when that is known */
  constructor(log: Log, topic: string, procedure: AnySubscription, onSize: (added: number) => void = () => {}) {
    this.#log = log;
    this.#topic = topic;
    this.#procedure = procedure;
    this.#fold = new TopicFold(log, topic, procedure, onSize);
  }

  get size(): number {
    return this.#fold.size;
  }

  /** Nothing of it is in memory: the next use reads the saved snapshot. */
  get isCold(): boolean {
    return this.#fold.cursor === undefined;
  }

  /** This server has found an event that its contract can't fold. `current()` says whether it still can't. */
  get isBlocked(): boolean {
    return this.#fold.isBlocked;
  }

  /** The state at the log's head, in wire form. */
  current({ end, opened }: KnownOfTopic = {}): Promise<CurrentState> {
    return this.exclusively(async (fold) => {
      const isThere = end && fold.cursor && isSameCursor(fold.cursor, end);
      const rest = isThere ? undefined : await fold.advance(opened);
      const { cursor, json } = fold.encoded();
      return { cursor, json, rest };
    });
  }

  /** Runs steps one at a time. Each begins with everything that the previous one folded. */
  exclusively<T>(step: (fold: TopicFold) => Promise<T>): Promise<T> {
    const result = this.#turn.then(() => step(this.#fold));
    this.#turn = result.catch(() => {});
    return result;
  }

  /**
   * Saves a snapshot if at least `every` entries were appended since the last one, so that the engine may trim the
   * entries before it.
   *
   * @param head a known cursor of the topic's head
   */
  async compact(head: Cursor, every: number): Promise<void> {
    // Offsets of another epoch, whose snapshot may just have been saved, cannot be compared.
    const { saved } = this.#fold;
    const savedAt = saved?.epoch === head.epoch ? saved.offset : 0;
    if (head.offset - savedAt < every) return;
    const { cursor, json } = await this.exclusively(async (fold) => {
      const { cursor: at } = fold;
      if (at?.epoch !== head.epoch || at.offset < head.offset) await fold.advance();
      return fold.encoded();
    });
    await this.#log.saveSnapshot(this.#topic, cursor, encodeSaved(this.#procedure, json));
    // If another process was faster, its snapshot is at least as new.
    this.#fold.saved = cursor;
  }
}
