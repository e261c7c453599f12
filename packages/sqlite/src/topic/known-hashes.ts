/** Hashes that are held at most: some megabytes. */
const mostHeld = 262_144;

interface Known {
  /** The table has no keys of this turn, and of later ones, but those that are held. */
  since: number;
  readonly turns: Map<number, Set<number>>;
}

/**
 * Hashes of idempotency keys that this process has moved to their table itself. Where it has moved all of a topic's turn, they say without a look
 * at the table that a key is not there.
 */
export class KnownHashes {
  readonly #most: number;
  readonly #topics = new Map<number, Known>();
  #count = 0;

  constructor(most = mostHeld) {
    this.#most = most;
  }

  /** Whether the table may have a key of this turn or the one before. */
  mayHave(topic: number, firstTurn: number, turn: number, hash: number): boolean {
    const known = this.#topics.get(topic);
    if (!known || firstTurn < known.since) return true;
    return known.turns.get(turn)?.has(hash) === true || known.turns.get(turn - 1)?.has(hash) === true;
  }

  /** @param movedTurn The last turn of which the table had keys before. */
  add(topic: number, movedTurn: number, turn: number, hashes: readonly number[]): void {
    let known: Known = this.#topics.get(topic) ?? { since: movedTurn + 1, turns: new Map() };
    if (this.#count + hashes.length > this.#most) {
      // Those of this turn are not all held then.
      this.forget(topic);
      known = { since: turn + 1, turns: new Map() };
    }
    this.#topics.set(topic, known);
    if (turn < known.since) return;
    const set = known.turns.get(turn) ?? new Set();
    const before = set.size;
    for (const hash of hashes) set.add(hash);
    known.turns.set(turn, set);
    this.#count += set.size - before;
    for (const old of known.turns.keys()) if (old < turn - 1) this.#forgetTurn(known, old);
  }

  forget(topic: number): void {
    const known = this.#topics.get(topic);
    if (!known) return;
    for (const turn of known.turns.keys()) this.#forgetTurn(known, turn);
    this.#topics.delete(topic);
  }

  forgetAll(): void {
    this.#topics.clear();
    this.#count = 0;
  }

  #forgetTurn({ turns }: Known, turn: number): void {
    this.#count -= turns.get(turn)?.size ?? 0;
    turns.delete(turn);
  }
}
