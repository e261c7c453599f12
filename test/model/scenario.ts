import { seeded } from "../conformance/random.js";
import { eventually } from "../conformance/within.js";
import { Access, users } from "./access.js";
import { Generators } from "./generators.js";
import { History } from "./history.js";
import type { Kind } from "./kinds.js";
import { type Observer, observe, type Reading } from "./observer.js";
import { type Publication, Publications } from "./publications.js";
import type { Sabotage } from "./sabotage.js";

/** Who takes part, what they were told and what they should have been; whatever breaks a promise is blamed. */
export abstract class Scenario {
  readonly random: () => number;
  readonly access = new Access();
  readonly history: History;
  readonly generators: Generators;
  readonly publications: Publications;
  readonly observers: Observer[] = [];
  /** Publishes that nobody waits for yet. */
  readonly publishing: Promise<unknown>[] = [];
  readonly steps: string[] = [];
  protected readonly seed: number;
  protected readonly sabotage: Sabotage;
  readonly #complaints: string[] = [];
  #joined = 0;

  constructor(seed: number, sabotage: Sabotage, history = new History()) {
    this.seed = seed;
    this.sabotage = sabotage;
    this.history = history;
    this.random = seeded(seed);
    this.generators = new Generators(history, seeded(seed), this.blame);
    this.publications = new Publications(history);
  }

  /** Where clients go. */
  protected abstract get url(): string;

  /** Publishes, and holds the answer against history. */
  abstract publish(publication: Publication): Promise<void>;

  /** A whole number from 0 to below `bound`. */
  upTo(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)] as T;
  }

  blame = (what: string): void => void this.#complaints.push(what);

  join(kind: Kind, reading: Reading): Observer {
    const name = `#${++this.#joined}`;
    const { access, history, generators, blame, sabotage, url } = this;
    const life = this.random() < 0.2 ? () => 300 + this.upTo(3_000) : undefined;
    const login = access.login({ session: name, user: this.pick(users), topic: kind.topic ?? kind.name, life });
    const { network, client } = sabotage;
    const observer = observe({
      ...{ name, kind, reading, url, login, access, history, generators, blame, network, client },
    });
    this.observers.push(observer);
    return observer;
  }

  get isBroken(): boolean {
    return this.#complaints.length > 0;
  }

  /** Waits for something that no event tells of. */
  eventually(assertion: () => void | Promise<void>): Promise<void> {
    return eventually(assertion, this.sabotage.patience);
  }

  /** For what is waited for: fails, saying what should be. */
  mustBe(is: boolean, what: string): void {
    if (!is) throw new Error(`SEED=${this.seed}: waited in vain until ${what}; after\n  ${this.#story}`);
  }

  get #story(): string {
    return this.steps.slice(-25).join("\n  ");
  }

  /** Fails if any promise was broken so far. */
  check(): void {
    this.access.look();
    if (this.#complaints.length === 0) return;
    const said = this.#complaints.slice(0, 5).map((what) => `  - ${what}`);
    throw new Error(`SEED=${this.seed} broke a promise:\n${said.join("\n")}\nafter\n  ${this.#story}`);
  }
}
