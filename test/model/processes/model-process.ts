import { TcpRelay } from "../../support/tcp-relay.js";
import type { Revocation } from "../access.js";
import type { Publication } from "../publications.js";
import type { Defect } from "./defects.js";
import type { EngineAddress } from "./open-engine.js";
import type { PublishAnswer } from "./publish-answer.js";
import type { ServerPool, ServerProcess } from "./server-pool.js";

/** What all servers of a run have in common. */
export interface Site {
  readonly pool: ServerPool;
  /** What they share. */
  readonly engine: "Redis" | "SQLite";
  readonly journal: string;
  readonly seed: number;
  readonly revocations: readonly Revocation[];
  readonly defect: Defect | undefined;
  /** Counts the servers that have started. */
  started: number;
}

/** One of the places where a server runs: in a process of its own, with a way of its own to the engine. */
export class ModelProcess {
  /** Its way to Redis. */
  readonly relay: TcpRelay | undefined;
  readonly #site: Site;
  readonly #address: EngineAddress;
  #process: ServerProcess | undefined;
  #port = 0;

  private constructor(site: Site, address: EngineAddress, relay?: TcpRelay) {
    this.#site = site;
    this.#address = address;
    this.relay = relay;
  }

  static async onRedis(site: Site, { port, prefix }: { readonly port: number; readonly prefix: string }) {
    const relay = await TcpRelay.start(port);
    const url = `redis://127.0.0.1:${relay.port}`;
    const place = new ModelProcess(site, { kind: "redis", url, prefix }, relay);
    await place.start();
    return place;
  }

  static async onFile(site: Site, file: string): Promise<ModelProcess> {
    const place = new ModelProcess(site, { kind: "sqlite", file });
    await place.start();
    return place;
  }

  get isUp(): boolean {
    return this.#process !== undefined;
  }

  get port(): number {
    return this.#port;
  }

  get process(): ServerProcess {
    if (!this.#process) throw new Error("no server runs there");
    return this.#process;
  }

  async start(): Promise<void> {
    const process = this.#site.pool.take();
    const { journal, seed, revocations, defect } = this.#site;
    const index = this.#site.started++;
    let known = revocations.length;
    const port = await process.call("start", { address: this.#address, journal, seed, revocations, defect, index });
    // Of those since then, only servers that were up have been told.
    for (; known < revocations.length; known++) await process.call("revoke", revocations[known] as Revocation);
    this.#port = port;
    this.#process = process;
  }

  /** Ends its process at any moment. */
  async kill(): Promise<void> {
    const { process } = this;
    this.#process = undefined;
    await this.#site.pool.kill(process);
  }

  /** Lets the server end by itself. */
  async shutDown(): Promise<void> {
    const { process } = this;
    this.#process = undefined;
    await process.call("shutDown");
    this.#site.pool.giveBack(process);
  }

  /** How it was answered; `undefined`: the server was killed before. */
  async publish({ kind, cursor: _, ...rest }: Publication): Promise<PublishAnswer | undefined> {
    const { process } = this;
    try {
      return await process.call("publish", { ...rest, kind: kind.name });
    } catch (error) {
      if (this.#process === process) throw error; // nobody has killed it
      return undefined;
    }
  }

  /** For the next run. */
  async leave(): Promise<void> {
    const { pool } = this.#site;
    const process = this.#process;
    this.#process = undefined;
    await process?.call("shutDown").then(
      () => pool.giveBack(process),
      () => pool.kill(process),
    );
    await this.relay?.stop();
  }
}
