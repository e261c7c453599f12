import type { Cursor } from "@sluice/log";
import type { RememberedKey } from "../journal/unmoved.js";
import { nextTurn, takeKey } from "./row.js";
import type { TopicContext, TopicState } from "./state.js";

/** The idempotency keys of one topic, of the turn that goes on and the one before. */
export class Keys {
  readonly #id: number;
  readonly #state: TopicState;
  readonly #context: TopicContext;

  constructor(id: number, state: TopicState, context: TopicContext) {
    this.#id = id;
    this.#state = state;
    this.#context = context;
  }

  /** For writing. */
  find(key: string): Cursor | undefined {
    return this.#find(key, () => this.#context.tables.keys.mayHave(this.#id, this.firstTurn, this.#state.turn, key));
  }

  /** What a key was answered with, if it is remembered. */
  read(key: string): Cursor | undefined {
    return this.#find(key, () => true);
  }

  remember(key: string, cursor: Cursor, time: number): void {
    const { dedupe, journal } = this.#context;
    const { firstKey, keys, turn } = this.#state;
    const isTooOld = firstKey !== undefined && time - firstKey > dedupe.age;
    const remembered = { key, turn: isTooOld || keys >= dedupe.keys ? turn + 1 : turn, cursor, time };
    journal.take(this.#id).addKey(remembered);
    takeKey(this.#state, remembered);
  }

  /** Whether one that came with entries up to this offset has to be moved, before the journal loses it. */
  needUnmoved(upTo: number): boolean {
    const { dedupe, journal } = this.#context;
    const unmoved = journal.of(this.#id)?.keys ?? [];
    // Those that have enough after them are remembered for no longer than the journal has them.
    for (let i = Math.max(unmoved.length - dedupe.keys, 0); i < unmoved.length; i += 1) {
      const { cursor, turn } = unmoved[i] as RememberedKey;
      if (cursor.offset > upTo) return false;
      if (cursor.offset > this.#state.moved && turn >= this.firstTurn) return true;
    }
    return false;
  }

  /** Moves those that are in the journal to their table. Returns how many. */
  move(): number {
    const { tables, journal } = this.#context;
    const moved = journal.of(this.#id)?.keys.filter(({ turn }) => turn >= this.firstTurn) ?? [];
    tables.keys.add(this.#id, moved, this.#state.movedTurn);
    this.#state.movedTurn = moved.at(-1)?.turn ?? this.#state.movedTurn;
    return moved.length;
  }

  /** Forgets them if they are all too old. */
  forget(now: number): void {
    if (!this.areOver(now)) return;
    nextTurn(this.#state);
    this.#state.lastKey = undefined;
  }

  /** Deletes some of those that are forgotten. */
  deleteForgotten(): void {
    if (!this.areToBeDeleted) return;
    if (this.#context.tables.keys.dropBefore(this.#id, this.firstTurn)) this.#state.keyFloor = this.firstTurn;
  }

  areOver(now: number): boolean {
    const { lastKey } = this.#state;
    return lastKey !== undefined && now - lastKey > this.#context.dedupe.age;
  }

  get areToBeDeleted(): boolean {
    const { keyFloor } = this.#state;
    return this.hasTable && keyFloor < this.firstTurn;
  }

  /** Whether the table has some, remembered or not. */
  get hasTable(): boolean {
    return this.#state.keyFloor <= this.#state.movedTurn;
  }

  /** The first turn whose keys are remembered. */
  get firstTurn(): number {
    const { turn, lastKey } = this.#state;
    return lastKey === undefined ? turn : Math.max(turn - 1, 0);
  }

  #find(key: string, mayBeMoved: () => boolean): Cursor | undefined {
    const { lastKey, movedTurn, turn, head } = this.#state;
    if (lastKey === undefined) return undefined;
    let found = this.#context.journal.of(this.#id)?.key(key);
    if (!found && movedTurn >= this.firstTurn && mayBeMoved()) {
      found = this.#context.tables.keys.find(this.#id, head.epoch, turn, key);
    }
    return found && this.#isRemembered(found) ? found.cursor : undefined;
  }

  #isRemembered({ turn, time }: RememberedKey): boolean {
    return turn >= this.firstTurn && this.#context.now() - time <= this.#context.dedupe.age;
  }
}
