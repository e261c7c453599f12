import { onTestFinished } from "vitest";
import { headOf, readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { seeded } from "../conformance/random.js";
import { type FaultyProxy, startProxy } from "../faults/proxy.js";
import { type Change, changes, type Edition } from "./edition.js";
import { Fleet } from "./fleet.js";
import { Generators } from "./generators.js";
import { epochOf } from "./history.js";
import { boardKinds, docKind, type Kind, logKinds } from "./kinds.js";
import { lateLog } from "./late-log.js";
import { complaintsOfCrowd, type ModelLimits } from "./limits.js";
import { complaintOfNewLife, type StateTtls, someStateTtls } from "./lives.js";
import type { Publication } from "./publications.js";
import { publishNumbers, type Voice } from "./publish.js";
import { isProperRefusal, isSkew } from "./refusal.js";
import type { Sabotage } from "./sabotage.js";
import { scaledClock } from "./scaled-clock.js";
import { Scenario } from "./scenario.js";
import { startInstance } from "./site.js";
import { openStore, type Store } from "./store.js";

/** Far above one page of the retained history, and far below what a stalled reader misses in a heavy run. */
const mostBuffered = 4_000_000;

/** A scenario with servers in this process, behind a network that can break. Actions change it. */
export class Model extends Scenario {
  override readonly kinds: readonly Kind[];
  override readonly setting: string;
  readonly fleet: Fleet;
  readonly generators: Generators;
  readonly limits: ModelLimits;
  /** The contract change: servers are replaced by servers with the other edition, one by one, and back again. */
  readonly change: Change;
  readonly #stateTtls: StateTtls;
  /** The number of servers at the start. */
  readonly #size: number;
  /** Wraps the engine for its users. */
  readonly #seen: Store["seen"];
  #store: Store | undefined;
  #proxy: FaultyProxy | undefined;
  #passed = 0;

  constructor(seed: number, sabotage: Sabotage) {
    super(seed, sabotage);
    this.generators = new Generators(this.history, seeded(seed), this.blame);
    const isNarrow = this.random() < 0.4;
    this.limits = isNarrow ? { streams: 4 + this.upTo(4), streamsPerClient: 2 + this.upTo(2) } : {};
    this.#stateTtls = someStateTtls(this.random);
    this.#size = this.random() < 0.3 ? 1 : 2;
    const change = this.pick(changes);
    this.change = sabotage.change?.(change) ?? change;
    const isLate = this.random() < 0.3;
    const { log: defect = (log) => log } = sabotage;
    this.#seen = (log) => defect(isLate ? lateLog(log) : log);
    this.setting = `${this.#size} servers, a log that is ${isLate ? "late" : "near"}, ${this.change.what}`;
    this.kinds = [...logKinds, docKind, ...boardKinds(this.change, this.change.old)];
    this.fleet = new Fleet((edition, index) => this.#startInstance(edition, index));
  }

  get store(): Store {
    return this.#store as Store;
  }

  get proxy(): FaultyProxy {
    return this.#proxy as FaultyProxy;
  }

  protected get url(): string {
    return `http://127.0.0.1:${this.proxy.port}/api`;
  }

  async start(): Promise<void> {
    this.#store = await this.#openStore();
    for (let i = 0; i < this.#size; i++) await this.fleet.add(this.change.old);
    const lots = seeded(this.seed); // a separate generator, because the number of its calls is unknown
    this.#proxy = await startProxy(() => this.fleet.portBy(lots));
    onTestFinished(async () => {
      for (const observer of this.observers) observer.stop();
      await this.proxy.close();
      for (const instance of this.fleet.all) await instance.close();
    });
  }

  /** A new, empty engine. */
  async replaceStore(): Promise<void> {
    this.store.retire();
    this.generators.forget();
    this.#store = await this.#openStore();
    await this.history.adopt(this.store.harness.log);
  }

  /** Advances the engine's time alone. */
  pass(ms: number): void {
    this.#passed += ms;
  }

  /** The other edition of the change. */
  otherThan(edition: Edition): Edition {
    return edition === this.change.old ? this.change.new : this.change.old;
  }

  /** A random publisher: one of the servers, or a worker with the same contract. */
  anyVoice(): Voice {
    const { sluice, edition } = this.pick(this.fleet.serving);
    return this.random() < 0.5 ? { topic: sluice.topic, edition } : this.store.worker(edition);
  }

  async publish(publication: Publication, voice = this.anyVoice()): Promise<void> {
    this.access.look();
    const { numbers, kind, cursor } = publication;
    const before = this.history.head(kind.topic ?? "");
    try {
      const answer = await publishNumbers(voice, publication);
      const complaint = this.publications.acknowledge(publication, answer, voice.edition);
      if (complaint !== undefined) this.blame(complaint);
    } catch (error) {
      // Every server answers a retry like the first append.
      const isProper = cursor === undefined && isProperRefusal(publication, { error, before, ...voice }, this.history);
      if (isProper) publication.isRefused = true;
      else this.blame(`a publish of ${numbers} to ${kind.name} failed: ${(error as Error).stack}`);
    }
  }

  /** Publishes valid events followed by one that doesn't read back. The whole publish must fail, and the topic continues. */
  async publishUnreadable(publication: Publication): Promise<void> {
    const { topic: good, edition } = this.anyVoice();
    const topic = this.sabotage.topic?.(good, this.store.harness.log) ?? good;
    const { numbers, kind } = publication;
    try {
      await publishNumbers({ topic, edition }, publication, [1, undefined]);
      this.blame(`a publish of ${numbers} to ${kind.name} was taken, and does not read back`);
    } catch (error) {
      const { name } = error as Error;
      if (name !== "ValidationError") this.blame(`a publish of ${numbers} to ${kind.name} failed with ${name}`);
    }
  }

  /** The entries that a failover may lose: those that are retained and that no snapshot covers. */
  async losable({ topic = "" }: Kind): Promise<number> {
    const { log } = this.store.harness;
    const [head, page, saved] = [
      await headOf(log, topic),
      await readLog(log, topic, "oldest", 0),
      (await log.open(topic, { from: "snapshot", limit: 0 })).snapshot,
    ];
    const kept = Math.max(page.ok ? page.end.offset : 0, saved?.cursor.offset ?? 0);
    return Math.max(0, head.offset - kept);
  }

  override check(): void {
    for (const { ledger, mostBuffered: buffered } of this.fleet.all) {
      if (buffered > mostBuffered) this.blame(`${buffered} bytes wait for one reader`);
      for (const complaint of complaintsOfCrowd(ledger, this.limits)) this.blame(complaint);
    }
    super.check();
  }

  protected override asJoined(kind: Kind): Kind {
    if (!kind.edition) return kind;
    const edition = this.random() < 0.5 ? this.change.old : this.change.new;
    return boardKinds(this.change, edition).find(({ topic }) => topic === kind.topic) ?? kind;
  }

  #startInstance(edition: Edition, index: number) {
    const { history, access, generators, limits, seed, blame, sabotage } = this;
    return startInstance(this.store, {
      adapter: index % 2 === 0 ? "node" : "express",
      onError: this.#onErrorOf(edition),
      onSocket: sabotage.socket,
      onParts: sabotage.parts,
      ...{ edition, history, access, generators, limits, seed, blame },
    });
  }

  #onErrorOf(edition: Edition) {
    return (report: { readonly error: unknown; readonly path: string }): void => {
      if (isSkew(report, edition, this.history)) return;
      this.blame(`the server reported, for ${report.path}: ${(report.error as Error).stack}`);
    };
  }

  #openStore(): Promise<Store> {
    const { history } = this;
    const now = () => scaledClock.now() + this.#passed;
    const onNewLife = (topic: string, head: string) => {
      const last = history.last(epochOf(head));
      // At a failover, the harness forgets the watches of draining servers.
      const open = this.fleet.serving.flatMap(({ ledger }) => ledger.served);
      const complaint = complaintOfNewLife({ topic, last, stateTtls: this.#stateTtls, now: now(), open });
      if (complaint !== undefined) this.blame(complaint);
    };
    const onErrorOf = (edition: Edition) => this.#onErrorOf(edition);
    return openStore({ history, now, onNewLife, onErrorOf, stateTtls: this.#stateTtls, seen: this.#seen });
  }
}
