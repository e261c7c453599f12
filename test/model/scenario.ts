import { isDeepStrictEqual } from "node:util";
import { seeded } from "../conformance/random.js";
import { eventually } from "../conformance/within.js";
import { Access, users } from "./access.js";
import type { Asked } from "./asked.js";
import { type Edition, firstEdition } from "./edition.js";
import { History } from "./history.js";
import { type Home, makeHome } from "./home.js";
import { botKinds, type Kind, logKinds, runKind } from "./kinds.js";
import { type Observer, observe, type Reading } from "./observer.js";
import { type Publication, Publications } from "./publications.js";
import { begunUnasked, promptOf } from "./runs.js";
import type { Sabotage } from "./sabotage.js";
import { Origin } from "./tabs/origin.js";

const isSameInput = (one: Kind, other: Kind) =>
  one.group === other.group && one.leaf === other.leaf && isDeepStrictEqual(one.input, other.input);

/** The participants, what they received and what they should have received. Every broken promise is recorded. */
export abstract class Scenario {
  readonly random: () => number;
  readonly access = new Access();
  readonly history: History;
  readonly publications: Publications;
  /** The kinds whose topics are published to. */
  readonly kinds: readonly Kind[] = logKinds;
  /** Settings that stay constant in a run. */
  readonly setting: string = "one server after the other";
  readonly observers: Observer[] = [];
  /** Publishes in progress. */
  readonly publishing: Promise<unknown>[] = [];
  readonly steps: string[] = [];
  protected readonly seed: number;
  readonly hasTabs: boolean;
  protected readonly sabotage: Sabotage;
  readonly #complaints: string[] = [];
  /** How often each run was requested by a client that had nothing of it yet. */
  readonly #asked = new Map<string, number>();
  /** Clients with several subscriptions. */
  readonly #homes: Home[] = [];
  /** Browsers with tabs that share streams. Of the last one, new tabs are opened. */
  readonly origins: Origin[] = [];
  #joined = 0;
  #runs = 0;

  /** @param hasTabs most subscribers are in tabs that share their streams */
  constructor(seed: number, sabotage: Sabotage, { history = new History(), hasTabs = false } = {}) {
    this.seed = seed;
    this.hasTabs = hasTabs;
    this.sabotage = sabotage;
    this.history = history;
    this.random = seeded(seed);
    this.publications = new Publications(history);
  }

  /** The address of the clients' server. */
  protected abstract get url(): string;

  /** Publishes, and checks the answer against history. */
  abstract publish(publication: Publication): Promise<void>;

  /** A whole number from 0 up to but not including `bound`. */
  upTo(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)] as T;
  }

  /** One of the published topics, more often one where concurrent publishes can conflict. */
  pickKind(chance = 0.25): Kind {
    const contended = this.kinds.filter(({ statesAt }) => statesAt);
    return this.pick(contended.length > 0 && this.random() < chance ? contended : this.kinds);
  }

  blame = (what: string): void => void this.#complaints.push(what);

  joinAny(): Observer {
    const kind = this.#anyKind();
    const reading = this.random() < (this.hasTabs ? 0.9 : 0.5) ? "handlers" : "loop";
    // A loop doesn't see the cursor of a state, and a run may send nothing after it. Nor does a loop learn at once what was
    // skipped.
    return this.join(kind, kind.leaf === "tally" || kind.leaf === "news" ? "handlers" : reading);
  }

  /** @param isLasting its credentials don't expire, however busy the machine is */
  join(kind: Kind, reading: Reading, { isLasting = false } = {}): Observer {
    const name = `#${++this.#joined}`;
    const { access, history, blame } = this;
    const home = this.#homeFor(kind, reading, name, isLasting);
    const run = promptOf(kind)?.run;
    const onRequest = (cursor: string | undefined) => this.#note(run, cursor);
    const observer = observe({ name, kind, reading, home, access, history, blame, onRequest });
    this.observers.push(observer);
    return observer;
  }

  /** A client of its own, or one that has other subscriptions already. */
  #homeFor(kind: Kind, reading: Reading, name: string, isLasting: boolean): Home {
    const { access, blame, sabotage, url } = this;
    const edition = kind.edition ?? firstEdition;
    const isOpenTo = (home: Home) => {
      const others = this.observers.filter((each) => each.home === home).map((each) => each.kind);
      const isAlike = kind.edition === undefined || home.edition === edition;
      return isAlike && !access.forbidden.has(home.login.session) && !others.some((each) => isSameInput(each, kind));
    };
    const mayShare = reading === "handlers" && !botKinds.includes(kind);
    const tabs = mayShare && this.hasTabs && this.random() < 0.9 ? this.#tabFor(kind, name, edition) : undefined;
    if (tabs) return tabs;
    const shared = mayShare && this.random() < 0.7 ? this.#homes.filter(isOpenTo) : [];
    if (shared.length > 0) return this.pick(shared);
    const life = this.random() < 0.2 && !isLasting ? () => 300 + this.upTo(3_000) : undefined;
    const login = access.login({ session: name, user: this.pick(users), topic: kind.topic ?? kind.name, life });
    const { network, client } = sabotage;
    const isShared = mayShare && this.random() < 0.6;
    const multiplex = isShared || this.random() < 0.5;
    const home = makeHome({ url, login, access, edition, blame, network, client, options: { multiplex } });
    if (isShared) this.#homes.push(home);
    return home;
  }

  /** One that has not subscribed to it yet; undefined if there are enough tabs. */
  #tabFor(kind: Kind, session: string, edition: Edition): Home | undefined {
    let origin = this.origins.at(-1);
    if (!origin || this.access.forbidden.has(origin.login.session)) {
      const { access, blame, url, sabotage, upTo } = this;
      const login = access.login({ session, user: this.pick(users), topic: kind.topic ?? kind.name });
      const onRequest = ({ input, cursor }: Asked) => this.#note((input as { run?: string } | undefined)?.run, cursor);
      const { network, page } = sabotage;
      origin = new Origin({ url, login, access, blame, network, page, onRequest, upTo: upTo.bind(this) });
      this.origins.push(origin);
    }
    const isFree = ({ home }: { readonly home: Home }) =>
      (kind.edition === undefined || home.edition === edition) &&
      !this.observers.some((each) => each.home === home && isSameInput(each.kind, kind));
    const free = origin.awake.filter(isFree);
    if (free.length > 0 && this.random() < 0.6) return this.pick(free).home;
    return origin.tabs.length < 5 ? origin.open(edition).home : undefined;
  }

  /** Who has nothing of a run yet has asked for it. */
  #note(run: string | undefined, cursor: string | undefined): void {
    if (run !== undefined && cursor === undefined) this.#asked.set(run, (this.#asked.get(run) ?? 0) + 1);
  }

  get isBroken(): boolean {
    return this.#complaints.length > 0;
  }

  /** Waits for a condition that no event announces. */
  eventually(assertion: () => void | Promise<void>): Promise<void> {
    return eventually(assertion, this.sabotage.patience);
  }

  /** For `eventually`: fails with the expected condition. */
  mustBe(is: boolean, what: string): void {
    if (!is) throw new Error(`SEED=${this.seed}: waited in vain until ${what}; after\n  ${this.#story}`);
  }

  #anyKind(): Kind {
    // What tabs share is what several of them have subscribed to.
    if (this.hasTabs && this.observers.length > 0 && this.random() < 0.5) return this.pick(this.observers).kind;
    const chance = this.random();
    if (chance < 0.1) return this.pick(botKinds);
    if (chance > 0.3) return this.asJoined(this.pickKind());
    // One of the last few runs, or a new one. Sometimes with another prompt than the other requests.
    const run = this.random() < 0.4 ? ++this.#runs : Math.max(1, this.#runs - this.upTo(2));
    this.#runs = Math.max(this.#runs, run);
    return runKind(`${run % 3 === 0 ? "t" : "r"}${run}`, this.random() < 0.85 ? "one" : "another");
  }

  /** The kind as a new subscriber sees it. */
  protected asJoined(kind: Kind): Kind {
    return kind;
  }

  get #story(): string {
    return [this.setting, ...this.steps.slice(-25)].join("\n  ");
  }

  /** Fails if a promise has been broken. */
  check(): void {
    this.access.look();
    for (const complaint of begunUnasked(this.history, this.#asked)) this.blame(complaint);
    if (this.#complaints.length === 0) return;
    const said = this.#complaints.slice(0, 5).map((what) => `  - ${what}`);
    throw new Error(`SEED=${this.seed} broke a promise:\n${said.join("\n")}\nafter\n  ${this.#story}`);
  }
}
