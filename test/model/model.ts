import { onTestFinished } from "vitest";
import { headOf, readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { seeded } from "../conformance/random.js";
import { type FaultyProxy, startProxy } from "../faults/proxy.js";
import { Generators } from "./generators.js";
import { epochOf } from "./history.js";
import type { Kind } from "./kinds.js";
import { complaintsOfCrowd, type ModelLimits } from "./limits.js";
import { complaintOfNewLife, type StateTtls, someStateTtls } from "./lives.js";
import type { Publication } from "./publications.js";
import { publishNumbers } from "./publish.js";
import type { Sabotage } from "./sabotage.js";
import { scaledClock } from "./scaled-clock.js";
import { Scenario } from "./scenario.js";
import { type Instance, startInstance } from "./site.js";
import { openStore, type Store } from "./store.js";

/** Far above what one page of the history that is kept can take, and far below what a held reader misses in a heavy run. */
const mostBuffered = 4_000_000;

/** A scenario with servers of this process, behind a network that can break. Actions work on it. */
export class Model extends Scenario {
  readonly instances: Instance[] = [];
  /** Drains that nobody waits for yet. */
  readonly draining: Promise<unknown>[] = [];
  readonly generators: Generators;
  readonly limits: ModelLimits;
  readonly #stateTtls: StateTtls;
  #store: Store | undefined;
  #proxy: FaultyProxy | undefined;
  #passed = 0;

  constructor(seed: number, sabotage: Sabotage) {
    super(seed, sabotage);
    this.generators = new Generators(this.history, seeded(seed), this.blame);
    const isNarrow = this.random() < 0.4;
    this.limits = isNarrow ? { connections: 4 + this.upTo(4), connectionsPerClient: 2 + this.upTo(2) } : {};
    this.#stateTtls = someStateTtls(this.random);
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

  protected get url(): string {
    return `http://127.0.0.1:${this.proxy.port}/api`;
  }

  async start(): Promise<void> {
    this.#store = await this.#openStore();
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
    this.store.retire();
    this.generators.forget();
    this.#store = await this.#openStore();
    await this.history.adopt(this.store.harness.log);
  }

  /** Lets time go by for the engine alone. */
  pass(ms: number): void {
    this.#passed += ms;
  }

  async startInstance(): Promise<Instance> {
    const { history, access, generators, limits, seed, blame, sabotage } = this;
    const instance = await startInstance(this.store, {
      adapter: this.instances.length % 2 === 0 ? "node" : "express",
      onError: ({ error, path }) => blame(`the server reported, for ${path}: ${(error as Error).stack}`),
      onSocket: sabotage.socket,
      onParts: sabotage.parts,
      ...{ history, access, generators, limits, seed, blame },
    });
    this.instances.push(instance);
    this.#proxy?.forwardTo(instance.port);
    return instance;
  }

  async publish(publication: Publication): Promise<void> {
    this.access.look();
    const by = this.random() < 0.5 ? this.instance.sluice : this.store.worker;
    try {
      const answer = await publishNumbers(by.publish, publication);
      const complaint = this.publications.acknowledge(publication, answer);
      if (complaint !== undefined) this.blame(complaint);
    } catch (error) {
      const { numbers, kind } = publication;
      this.blame(`a publish of ${numbers} to ${kind.name} failed: ${(error as Error).stack}`);
    }
  }

  /** Publishes what doesn't read back, after some that does: all of it has to fail, and the topic goes on. */
  async publishUnreadable(publication: Publication): Promise<void> {
    const by = this.random() < 0.5 ? this.instance.sluice : this.store.worker;
    const publish = this.sabotage.publish?.(by.publish, this.store.harness.log) ?? by.publish;
    const { numbers, kind } = publication;
    try {
      await publishNumbers(publish, publication, [1, undefined]);
      this.blame(`a publish of ${numbers} to ${kind.name} was taken, and does not read back`);
    } catch (error) {
      const { name } = error as Error;
      if (name !== "ValidationError") this.blame(`a publish of ${numbers} to ${kind.name} failed with ${name}`);
    }
  }

  /** What a failover may take from a topic: entries that are still there and that no snapshot covers. */
  async losable({ topic = "" }: Kind): Promise<number> {
    const { log } = this.store.harness;
    const [head, page, saved] = [
      await headOf(log, topic),
      await readLog(log, topic, "oldest", 0),
      (await log.open(topic, { from: "snapshot", limit: 0 })).snapshot,
    ];
    const kept = Math.max(page.ok ? page.end.offset : 0, saved?.position.offset ?? 0);
    return Math.max(0, head.offset - kept);
  }

  override check(): void {
    const { mostBuffered: buffered } = this.instance;
    if (buffered > mostBuffered) this.blame(`${buffered} bytes wait for one reader`);
    for (const { ledger } of this.instances) {
      for (const complaint of complaintsOfCrowd(ledger, this.limits)) this.blame(complaint);
    }
    super.check();
  }

  #openStore(): Promise<Store> {
    const { history, sabotage } = this;
    const now = () => scaledClock.now() + this.#passed;
    const onNewLife = (topic: string, head: string) => {
      const last = history.last(epochOf(head));
      const { open } = this.instance.ledger; // of who is on the way out, the harness forgets at a failover what they watch
      const complaint = complaintOfNewLife({ topic, last, stateTtls: this.#stateTtls, now: now(), open });
      if (complaint !== undefined) this.blame(complaint);
    };
    return openStore({ history, now, onNewLife, overrides: this.#stateTtls, sabotage: sabotage.log });
  }
}
