import { createClient, type RedisClientOptions } from "redis";
import type { Connection, ConnectionEvents, Connector } from "./connection.js";
import { connectionOf, ownOptions, type SingleClient } from "./single.js";

export interface SentinelOptions {
  /** The primary's name, as the Sentinels know it. */
  readonly name: string;
  /** Some or all of the Sentinels. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Options of the `redis` package for the connections to the primary: user, password, TLS. Default: none. */
  readonly options?: RedisClientOptions;
  /** The same for the connections to the Sentinels. Default: none. */
  readonly sentinelOptions?: RedisClientOptions;
}

/**
 * Connects to the primary that the Sentinels name, and asks them again whenever a connection is lost. The `redis` package has a client
 * of its own for that, which keeps commands while no primary is known, and sends those again whose answer a cut has swallowed.
 */
export function sentinelConnector(sentinel: SentinelOptions): Connector {
  let last = 0;
  /** Not the one that was asked before, which may be what is away. */
  const nextNode = () => sentinel.nodes[last++ % sentinel.nodes.length] as SentinelOptions["nodes"][number];
  return {
    place: `The primary "${sentinel.name}" of Redis Sentinel`,
    publish: "PUBLISH",
    open: (events) => new ToPrimary(sentinel, nextNode(), events),
  };
}

class ToPrimary implements Connection {
  readonly #sentinel: SentinelOptions;
  readonly #node: SentinelOptions["nodes"][number];
  readonly #events: ConnectionEvents;
  #asked: SingleClient | undefined;
  #primary: Connection | undefined;
  #isDestroyed = false;

  constructor(sentinel: SentinelOptions, node: SentinelOptions["nodes"][number], events: ConnectionEvents) {
    this.#sentinel = sentinel;
    this.#node = node;
    this.#events = events;
  }

  connect(): void {
    this.#find().catch((error) => this.#events.onGone(error));
  }

  send(key: string, command: readonly string[]): Promise<unknown> {
    return this.#known.send(key, command);
  }

  sendToAll(command: readonly string[]): Promise<readonly unknown[]> {
    return this.#known.sendToAll(command);
  }

  subscribe(...args: Parameters<Connection["subscribe"]>): Promise<void> {
    return this.#known.subscribe(...args);
  }

  unsubscribe(...args: Parameters<Connection["unsubscribe"]>): Promise<void> {
    return this.#known.unsubscribe(...args);
  }

  destroy(): void {
    this.#isDestroyed = true;
    this.#asked?.destroy();
    this.#primary?.destroy();
  }

  /** Only asked for after `onReady`. */
  get #known(): Connection {
    return this.#primary as Connection;
  }

  async #find(): Promise<void> {
    const { name, options, sentinelOptions } = this.#sentinel;
    const sentinel = open(sentinelOptions, this.#node);
    this.#asked = sentinel;
    sentinel.on("error", () => {}); // `connect` rejects, too
    await sentinel.connect();
    const answer = (await sentinel.sendCommand(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name])) as string[] | null;
    sentinel.destroy();
    if (this.#isDestroyed) return;
    if (!answer) throw new Error(`The Sentinel at ${this.#node.host}:${this.#node.port} knows no primary "${name}".`);
    const [host = "", port] = answer;
    const client = open(options, { host, port: Number(port) });
    client.on("ready", () => this.#events.onReady());
    client.on("error", (error: unknown) => this.#events.onGone(error));
    this.#primary = connectionOf(client);
    this.#primary.connect();
  }
}

/** A client that doesn't connect again: by then, another server may be the primary. */
function open(options: RedisClientOptions | undefined, { host, port }: { host: string; port: number }): SingleClient {
  const socket = { ...options?.socket, host, port, reconnectStrategy: false, socketTimeout: undefined };
  return createClient({
    ...options,
    ...ownOptions,
    socket,
  } as unknown as RedisClientOptions) as unknown as SingleClient;
}
