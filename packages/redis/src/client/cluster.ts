import type { Connection, ConnectionEvents, Connector } from "./connection.js";
import { ownOptions, type SingleClient } from "./single.js";

type Listener = (message: string, channel: string) => void;

/** What is used of a client of the `redis` package for a cluster. */
export interface ClusterClient {
  readonly _options?: { readonly defaults?: { readonly socket?: object } };
  readonly masters: readonly object[];
  duplicate(options: object): ClusterClient;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: string, listener: (...args: never[]) => void): unknown;
  nodeClient(node: object): SingleClient | Promise<SingleClient>;
  sendCommand(key: string, isReadonly: boolean, command: readonly string[]): Promise<unknown>;
  sSubscribe(channel: string, listener: Listener): Promise<void>;
  sUnsubscribe(channel: string, listener: Listener): Promise<void>;
}

/**
 * A cluster. Its client sends a command again only if a server has answered that another one has the key. A server that is lost
 * ends the connection as a whole: the next one learns which servers there are by then.
 *
 * @param template a client whose options are used. It is not connected, and stays as it is.
 */
export function clusterConnector(template: ClusterClient): Connector {
  const { defaults } = template._options ?? {};
  const socket = { ...defaults?.socket, reconnectStrategy: false, socketTimeout: undefined };
  return {
    place: "Redis Cluster",
    publish: "SPUBLISH",
    open({ onReady, onGone }: ConnectionEvents): Connection {
      const cluster = template.duplicate({ defaults: { ...defaults, ...ownOptions, socket } });
      cluster.on("error", onGone);
      cluster.on("node-error", onGone);
      return {
        connect: () => void cluster.connect().then(onReady, onGone),
        send: (key, command) => cluster.sendCommand(key, false, command),
        async sendToAll(command) {
          return Promise.all(
            cluster.masters.map(async (node) => (await cluster.nodeClient(node)).sendCommand(command)),
          );
        },
        subscribe: (channel, listener) => cluster.sSubscribe(channel, listener),
        unsubscribe: (channel, listener) => cluster.sUnsubscribe(channel, listener),
        destroy: () => cluster.destroy(),
      };
    },
  };
}
