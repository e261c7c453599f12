import type { Edition } from "./edition.js";
import type { Instance } from "./site.js";

export interface FleetOptions {
  start(edition: Edition, index: number): Promise<Instance>;
  /** Ends a server at once, gently or not. */
  end(instance: Instance): Promise<void>;
  /** Ends a server whose clients have left. */
  shutDown(instance: Instance): Promise<void>;
}

/** The servers of a run on one log: one or two at a time, and the earlier ones. */
export class Fleet {
  /** All servers so far, in the order of their starts. */
  readonly all: Instance[] = [];
  /** The servers that clients are sent to. */
  readonly serving: Instance[] = [];
  /** Drains in progress. */
  readonly draining: Promise<unknown>[] = [];
  readonly #options: FleetOptions;
  #port = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  /** The port for the next connection, chosen at random. Without a server, it is an earlier server's port. */
  portBy(random: () => number): number {
    const { length } = this.serving;
    if (length > 0) this.#port = (this.serving[Math.floor(random() * length)] as Instance).port;
    return this.#port;
  }

  async add(edition: Edition): Promise<Instance> {
    const instance = await this.#options.start(edition, this.all.length);
    this.all.push(instance);
    this.serving.push(instance);
    return instance;
  }

  /** Stops a server abruptly. Its clients find another one, or none. */
  async stop(instance: Instance): Promise<void> {
    this.#leave(instance);
    await this.#options.end(instance);
  }

  /** Drains a server, without waiting for the end. */
  drain(instance: Instance): void {
    this.#leave(instance);
    this.draining.push(instance.sluice.drain({ timeout: 3_000 }).then(() => this.#options.shutDown(instance)));
  }

  /** Stops all serving servers, and returns a function that starts the same number again. */
  async stopAll(): Promise<() => Promise<void>> {
    const editions = this.serving.map(({ edition }) => edition);
    for (const instance of [...this.serving]) await this.stop(instance);
    return async () => {
      for (const edition of editions) await this.add(edition);
    };
  }

  #leave(instance: Instance): void {
    this.serving.splice(this.serving.indexOf(instance), 1);
  }
}
