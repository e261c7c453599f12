import type { Retention } from "@sluice/log";
import { type DedupeOptions, type EngineSettings, optionChecks, resolveEngineOptions } from "@sluice/log/engine";
import { createClient } from "redis";
import { type ClusterClient, clusterConnector } from "./client/cluster.js";
import type { Connector } from "./client/connection.js";
import { type SentinelOptions, sentinelConnector } from "./client/sentinel.js";
import { type SingleClient, singleConnector } from "./client/single.js";

/** A client of the `redis` package: what `createClient` or `createCluster` returns. Of any copy of the package, so it is described by what it has. */
export interface RedisLogClient {
  duplicate(...options: never[]): unknown;
  sendCommand(...command: never[]): unknown;
}

/** Options of `redisLog`. Exactly one of `url`, `sentinel` and `client` is needed. */
export interface RedisLogOptions {
  /** Where Redis is: `redis[s]://[[user][:password]@]host[:port][/database]`. `rediss` means TLS. */
  readonly url?: string;
  /**
   * A client of the `redis` package, for what a URL can't say. Its options are used for connections of the log's own; the client
   * itself is not, and needs not be connected. The log has its own way to reconnect, and no queue for commands while Redis is away.
   */
  readonly client?: RedisLogClient;
  /** A primary that Redis Sentinel looks after: the log asks the Sentinels for it, each time that it has lost a connection. */
  readonly sentinel?: SentinelOptions;
  /** The start of all keys and channels. All servers of one log have the same. Default: `"sluice"`. */
  readonly prefix?: string;
  /**
   * Milliseconds after which a call fails that Redis doesn't answer: a read with `unavailable`, and others with `unknown`, because they
   * may have happened. The connection is then replaced. A whole number of at least 1. Default: `4_000`.
   */
  readonly timeout?: number;
  /** How much of a topic is kept, unless an append says otherwise. All servers of one log have the same. Defaults: see `Retention`. */
  readonly retain?: Partial<Retention>;
  /** How long a retried append is recognized by its key. Default: 10 minutes, and 10,000 keys per topic. */
  readonly dedupe?: Partial<DedupeOptions>;
  /**
   * Milliseconds after which Redis frees a topic that nobody uses any more: one without watchers, entries, keys, state, record and
   * held lease. Its next life has a new epoch. Default: `600_000` (10 minutes).
   */
  readonly idle?: number;
}

const optionNames: Readonly<Record<keyof RedisLogOptions, true>> = {
  url: true,
  client: true,
  sentinel: true,
  prefix: true,
  timeout: true,
  retain: true,
  dedupe: true,
  idle: true,
};

const checks = optionChecks("redisLog");

export interface RedisSettings extends Omit<EngineSettings, "now"> {
  readonly connector: Connector;
  readonly prefix: string;
  readonly timeout: number;
}

export function resolveOptions(options: RedisLogOptions): RedisSettings {
  checks.names("", options, optionNames);
  const { prefix = "sluice", timeout = 4_000, retain, dedupe, idle } = options;
  if (typeof prefix !== "string" || !/^[^{}]+$/.test(prefix))
    checks.fail(TypeError, "prefix", prefix, "a text, not empty, without braces");
  if (typeof timeout !== "number") checks.fail(TypeError, "timeout", timeout, "a whole number of milliseconds");
  if (!Number.isSafeInteger(timeout) || timeout < 1 || timeout > longestTimeout)
    checks.fail(RangeError, "timeout", timeout, `a whole number of milliseconds from 1 to ${longestTimeout}`);
  const engine = { ...(retain && { retain }), ...(dedupe && { dedupe }), ...(idle !== undefined && { idle }) };
  return { connector: connectorOf(options), prefix, timeout, ...resolveEngineOptions(engine, checks) };
}

/** What a timer can wait for. */
const longestTimeout = 2 ** 31 - 1;

function connectorOf({ url, client, sentinel }: RedisLogOptions): Connector {
  if ([url, client, sentinel].filter((given) => given !== undefined).length !== 1) {
    throw new TypeError(
      'redisLog: give it one of a url, such as "redis://localhost:6379", a sentinel, and a client of the redis package.',
    );
  }
  if (url !== undefined) return singleConnector(clientFor(url));
  if (sentinel !== undefined) return sentinelConnector(checkedSentinel(sentinel));
  const { duplicate, sendCommand, nodeClient, getSentinelNode } = client as unknown as Record<string, unknown>;
  if (typeof duplicate !== "function" || typeof sendCommand !== "function" || getSentinelNode)
    checks.fail(TypeError, "client", client, "what createClient or createCluster of the redis package returns");
  if (nodeClient) return clusterConnector(client as unknown as ClusterClient);
  return singleConnector(client as unknown as SingleClient);
}

function checkedSentinel(sentinel: SentinelOptions): SentinelOptions {
  checks.names("sentinel", sentinel, { name: true, nodes: true, options: true, sentinelOptions: true });
  if (typeof sentinel.name !== "string") checks.fail(TypeError, "sentinel.name", sentinel.name, "a text");
  if (!Array.isArray(sentinel.nodes) || sentinel.nodes.length === 0)
    checks.fail(TypeError, "sentinel.nodes", sentinel.nodes, "a list of at least one { host, port }");
  return sentinel;
}

function clientFor(url: string): SingleClient {
  try {
    return createClient({ url }) as unknown as SingleClient;
  } catch {
    // Without the given one: it may contain a password.
    throw new TypeError("redisLog: url must look like redis[s]://[[user][:password]@]host[:port][/database].");
  }
}
