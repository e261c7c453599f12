import { onTestFinished } from "vitest";
import { headOf, readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { seeded } from "../conformance/random.js";
import { type FaultyProxy, startProxy } from "../faults/proxy.js";
import { boardTopic } from "./board.js";
import { type Change, changes, type Edition } from "./edition.js";
import { Fleet } from "./fleet.js";
import { Generators } from "./generators.js";
import { epochOf } from "./history.js";
import { boardKinds, docKind, type Kind, logKinds } from "./kinds.js";
import { lateLog } from "./late-log.js";
import { complaintsOfCrowd, type ModelLimits } from "./limits.js";
import { complaintOfNewLife, type StateTtls, someStateTtls } from "./lives.js";
import { openMemoryStore } from "./memory-store.js";
import type { Publication } from "./publications.js";
import { publishNumbers, type Voice } from "./publish.js";
import { isProperRefusal, isSkew } from "./refusal.js";
import type { Sabotage } from "./sabotage.js";
import { scaledClock } from "./scaled-clock.js";
import { Scenario } from "./scenario.js";
import { type Instance, startInstance } from "./site.js";
import type { OpenStore, Store } from "./store.js";

const never = new Promise<undefined>(() => {});

/** Far above one page of the retained history, and far below what a stalled reader misses in a heavy run. */
const mostBuffered = 4_000_000;

export interface ModelOptions {
  /** See `Scenario`. */
  readonly hasTabs?: boolean;
  /** The engine. Default: a memory log. */
  readonly openStore?: OpenStore;
}

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
  readonly #open: OpenStore;
  #store: Store | undefined;
  #proxy: FaultyProxy | undefined;
  #passed = 0;

  constructor(seed: number, sabotage: Sabotage, { hasTabs = false, openStore = openMemoryStore }: ModelOptions = {}) {
    super(seed, sabotage, { hasTabs });
    this.#open = openStore;
    this.generators = new Generators(this.history, seeded(seed), this.blame);
    const isNarrow = this.random() < 0.4 && !hasTabs;
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
    this.fleet = new Fleet({
      start: (edition, index) => this.#startInstance(edition, index),
      end: (instance) => (this.#isGentle() ? this.#shutDown(instance) : instance.kill()),
      shutDown: (instance) => this.#shutDown(instance),
    });
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
      await this.killAll();
      this.store.retire();
    });
  }

  /** A new, empty engine. */
  async replaceStore(): Promise<void> {
    this.store.retire();
    this.generators.forget();
    this.#store = await this.#openStore();
    await this.history.adopt(this.store.engine);
  }

  /** Ends all servers, also draining ones. */
  async killAll(): Promise<void> {
    for (const instance of this.fleet.all) await (this.store.isLasting ? instance.kill() : instance.close());
    this.fleet.draining.length = 0;
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
    const { serving } = this.fleet;
    if (serving.length === 0) return this.store.worker(this.change.old); // one is restarting
    const { sluice, edition, killed } = this.pick(serving);
    return this.random() < 0.5 ? { topic: sluice.topic, edition, gone: killed } : this.store.worker(edition);
  }

  async publish(publication: Publication, voice = this.anyVoice()): Promise<void> {
    this.access.look();
    const { numbers, kind, cursor } = publication;
    const before = this.history.head(kind.topic ?? "");
    try {
      const answer = await Promise.race([publishNumbers(voice, publication), voice.gone ?? never]);
      // Nobody knows whether its events are in the log. With a key, whoever published them tries again.
      if (!answer) return publication.key === undefined ? undefined : this.publish(publication);
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
    const topic = this.sabotage.topic?.(good, this.store.engine) ?? good;
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
    const { engine: log } = this.store;
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

  async #startInstance(edition: Edition, index: number) {
    if (index >= this.#size && this.store.isLasting) await this.sabotage.restart?.(this.store);
    const { history, access, limits, seed, blame, sabotage } = this;
    const generators = this.generators.server();
    const { log, kill } = this.store.connect();
    const { retain, seen } = this.store;
    return startInstance(
      { log, retain, seen },
      {
        adapter: index % 2 === 0 ? "node" : "express",
        onError: this.#onErrorOf(edition),
        onSocket: sabotage.socket,
        onParts: sabotage.parts,
        onGone() {
          generators.kill();
          kill();
        },
        ...{ edition, history, access, generators, limits, seed, blame },
      },
    );
  }

  /** A server on a memory log has only to be unreachable. */
  #isGentle(): boolean {
    return !this.store.isLasting || this.random() < 0.5;
  }

  #shutDown(instance: Instance): Promise<void> {
    return this.store.isLasting ? instance.shutDown() : instance.close();
  }

  #onErrorOf(edition: Edition) {
    const serving = { edition, losses: this.history.lostHeads(boardTopic).length };
    return (report: { readonly error: unknown; readonly path: string }): void => {
      if (isSkew(report, serving, this.history)) return;
      this.blame(`the server reported, for ${report.path}: ${(report.error as Error).stack}`);
    };
  }

  #openStore(): Promise<Store> {
    const { history } = this;
    const now = () => scaledClock.now() + this.#passed;
    const onNewLife = (topic: string, head: string) => {
      // Not one that it has lost: a topic is kept for its time from the last one that it has.
      const last = history.upTo(head).at(-1) ?? history.last(epochOf(head));
      // At a failover, the harness forgets the watches of draining servers.
      const open = this.fleet.serving.flatMap(({ ledger }) => ledger.served);
      const complaint = complaintOfNewLife({ topic, last, stateTtls: this.#stateTtls, now: now(), open });
      if (complaint !== undefined) this.blame(complaint);
    };
    const onErrorOf = (edition: Edition) => this.#onErrorOf(edition);
    return this.#open({ history, now, onNewLife, onErrorOf, stateTtls: this.#stateTtls, seen: this.#seen });
  }
}
