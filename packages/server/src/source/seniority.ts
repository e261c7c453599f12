import { isNamedLog, type Log } from "@sluice/log";

/** Who wants to run a topic's source. */
export interface Claimant {
  /** A younger Sluice of the process wants to run it. */
  yield(): void;
  /** No younger one does any more. */
  resume(): void;
}

interface Claim {
  readonly age: number;
  readonly claimant: Claimant;
}

interface Ranks {
  created: number;
  readonly claims: Map<string, Claim[]>;
}

/** Shared by all copies of this package in the process; another number where what it holds is another. */
const key = Symbol.for("sluice.sources/1");

function ranksOf(log: Log): Ranks {
  const shared = globalThis as { [key]?: WeakMap<Log, Ranks> };
  shared[key] ??= new WeakMap();
  const ranks = shared[key].get(log) ?? { created: 0, claims: new Map() };
  shared[key].set(log, ranks);
  return ranks;
}

/**
 * Lets the youngest Sluice of a process run a topic's source, if all are of one named log: a bundler or a reload has evaluated the module
 * again, and what the older one runs is outdated. On other logs, several Sluices are like several servers.
 */
export class Seniority {
  readonly #ranks: Ranks | undefined;
  readonly #age: number;

  constructor(log: Log) {
    this.#ranks = isNamedLog(log) ? ranksOf(log) : undefined;
    this.#age = this.#ranks ? ++this.#ranks.created : 0;
  }

  /** Claims a topic's source, and returns what takes the claim back. */
  claim(topic: string, claimant: Claimant): () => void {
    if (!this.#ranks) return () => {};
    const { claims } = this.#ranks;
    const claim = { age: this.#age, claimant };
    const before = claims.get(topic)?.at(-1);
    const all = [...(claims.get(topic) ?? []), claim].sort((a, b) => a.age - b.age);
    claims.set(topic, all);
    if (all.at(-1) !== claim) claimant.yield();
    else before?.claimant.yield();
    return () => {
      const known = claims.get(topic) ?? [];
      const rest = known.filter((each) => each !== claim);
      if (rest.length === 0) claims.delete(topic);
      else claims.set(topic, rest);
      if (known.at(-1) === claim) rest.at(-1)?.claimant.resume();
    };
  }
}
