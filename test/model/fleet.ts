import type { Edition } from "./edition.js";
import type { Instance } from "./site.js";

/** The servers of a run on one log: one, or two beside one another, and those that were before. */
export class Fleet {
  /** All there ever were, in the order of their starts. */
  readonly all: Instance[] = [];
  /** Where clients are sent to. */
  readonly serving: Instance[] = [];
  /** Drains that nobody waits for yet. */
  readonly draining: Promise<unknown>[] = [];
  readonly #start: (edition: Edition, index: number) => Promise<Instance>;
  #port = 0;

  constructor(start: (edition: Edition, index: number) => Promise<Instance>) {
    this.#start = start;
  }

  /** Where a connection goes, one after the other by lot. While there is no server, it goes where one was. */
  portBy(random: () => number): number {
    const { length } = this.serving;
    if (length > 0) this.#port = (this.serving[Math.floor(random() * length)] as Instance).port;
    return this.#port;
  }

  async add(edition: Edition): Promise<Instance> {
    const instance = await this.#start(edition, this.all.length);
    this.all.push(instance);
    this.serving.push(instance);
    return instance;
  }

  /** Breaks off whatever a server does; its clients find another one, or none. */
  async stop(instance: Instance): Promise<void> {
    this.#leave(instance);
    await instance.close();
  }

  /** Lets its clients go one by one. Nobody waits for the end of it. */
  drain(instance: Instance): void {
    this.#leave(instance);
    this.draining.push(instance.sluice.drain({ timeout: 3_000 }).then(() => instance.close()));
  }

  /** Breaks off all that serve, and answers what started as many anew. */
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
