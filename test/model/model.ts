import { onTestFinished } from "vitest";
import { seeded } from "../conformance/random.js";
import { type FaultyProxy, startProxy } from "../faults/proxy.js";
import { History } from "./history.js";
import { botKinds, type Kind, logKinds } from "./kinds.js";
import { type Observer, observe, type Reading } from "./observer.js";
import { Publications } from "./publications.js";
import type { Sabotage } from "./sabotage.js";
import { type Instance, openStore, type Store, startInstance } from "./site.js";

/** Far above what one page of the history that is kept can take, and far below what a held reader misses in a heavy run. */
const mostBuffered = 4_000_000;

/** All that a run consists of. Actions work on it; whatever breaks a promise is blamed. */
export class Model {
  readonly random: () => number;
  readonly history = new History();
  readonly publications = new Publications(this.history);
  readonly observers: Observer[] = [];
  readonly instances: Instance[] = [];
  /** Publishes and drains that nobody waits for yet. */
  readonly publishing: Promise<unknown>[] = [];
  readonly draining: Promise<unknown>[] = [];
  readonly steps: string[] = [];
  readonly #seed: number;
  readonly #sabotage: Sabotage;
  readonly #complaints: string[] = [];
  #store: Store | undefined;
  #proxy: FaultyProxy | undefined;
  #joined = 0;

  constructor(seed: number, sabotage: Sabotage) {
    this.#seed = seed;
    this.#sabotage = sabotage;
    this.random = seeded(seed);
  }

  get store(): Store {
    return this.#store as Store;
  }

  get proxy(): FaultyProxy {
    return this.#proxy as FaultyProxy;
  }

  get instance(): Instance {
    return this.instances.at(-1) as Instance;
  }

  /** A whole number from 0 to below `bound`. */
  upTo(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.upTo(list.length)] as T;
  }

  blame = (what: string): void => void this.#complaints.push(what);

  async start(): Promise<void> {
    this.#store = await openStore(this.history, this.#sabotage.log);
    const { port } = await this.startInstance();
    this.#proxy = await startProxy(port);
    onTestFinished(async () => {
      for (const observer of this.observers) observer.stop();
      await this.proxy.close();
      for (const instance of this.instances) await instance.close();
    });
  }

  /** A new engine, empty. */
  async replaceStore(): Promise<void> {
    this.#store = await openStore(this.history, this.#sabotage.log);
    await this.history.adopt(
      this.store.harness.log,
      logKinds.map(({ topic = "" }) => topic),
    );
  }

  async startInstance(): Promise<Instance> {
    const instance = await startInstance(this.store, this.history, {
      adapter: this.instances.length % 2 === 0 ? "node" : "express",
      onError: ({ error, path }) => this.blame(`the server reported, for ${path}: ${(error as Error).stack}`),
      seed: this.#seed,
      onSocket: this.#sabotage.socket,
    });
    this.instances.push(instance);
    this.#proxy?.forwardTo(instance.port);
    return instance;
  }

  join(kind: Kind, reading: Reading): Observer {
    const observer = observe({
      name: `#${++this.#joined}`,
      kind,
      reading,
      url: `http://127.0.0.1:${this.proxy.port}/api`,
      history: this.history,
      blame: this.blame,
      network: this.#sabotage.network,
      client: this.#sabotage.client,
    });
    this.observers.push(observer);
    return observer;
  }

  joinAny(): Observer {
    const kind = this.random() < 0.15 ? this.pick(botKinds) : this.pick(logKinds);
    return this.join(kind, this.random() < 0.5 ? "handlers" : "loop");
  }

  /** What a failover may take from a topic: entries that are still there and that no snapshot covers. */
  async losable({ topic = "" }: Kind): Promise<number> {
    const { log } = this.store.harness;
    const [head, page, saved] = [
      await log.head(topic),
      await log.read(topic, "oldest", 0),
      await log.loadSnapshot(topic),
    ];
    const kept = Math.max(page.ok ? page.end.offset : 0, saved?.position.offset ?? 0);
    return Math.max(0, head.offset - kept);
  }

  get isBroken(): boolean {
    return this.#complaints.length > 0;
  }

  /** For what is waited for: fails, saying what should be. */
  mustBe(is: boolean, what: string): void {
    if (!is) throw new Error(`SEED=${this.#seed}: waited in vain until ${what}; after\n  ${this.#story}`);
  }

  get #story(): string {
    return this.steps.slice(-25).join("\n  ");
  }

  /** Fails if any promise was broken so far. */
  check(): void {
    const { mostBuffered: buffered } = this.instance;
    if (buffered > mostBuffered) this.blame(`${buffered} bytes wait for one reader`);
    if (this.#complaints.length === 0) return;
    const said = this.#complaints.slice(0, 5).map((what) => `  - ${what}`);
    throw new Error(`SEED=${this.#seed} broke a promise:\n${said.join("\n")}\nafter\n  ${this.#story}`);
  }
}
