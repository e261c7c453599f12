import type { Connection, ConnectionEvents, Connector } from "./connection.js";
import { reconnectDelay } from "./reconnect.js";

type Listener = (message: string, channel: string) => void;

/** What is used of a client of the `redis` package for one server. */
export interface SingleClient {
  readonly options?: { readonly url?: string | undefined; readonly socket?: object | undefined } | undefined;
  duplicate(options: object): SingleClient;
  connect(): Promise<unknown>;
  destroy(): void;
  on(event: string, listener: (...args: never[]) => void): unknown;
  sendCommand(command: readonly string[]): Promise<unknown>;
  subscribe(channel: string, listener: Listener): Promise<void>;
  unsubscribe(channel: string, listener: Listener): Promise<void>;
}

/** Options that all connections have, whatever the given client has: see each one's reason. */
export const ownOptions = {
  // A queue would send a publish that its caller has long given up, and after a cut perhaps for the second time.
  disableOfflineQueue: true,
  // Links have a bound of their own: this one makes a timer for each command, and does not count what was sent.
  commandOptions: { timeout: 0 },
  // It moves what was not sent yet to another connection.
  maintNotifications: "disabled",
};

/** @param template a client whose options are used. It is not connected, and stays as it is. */
export function singleConnector(template: SingleClient): Connector {
  const socket = { ...template.options?.socket, reconnectStrategy: reconnectDelay, socketTimeout: undefined };
  return {
    place: placeOf(template),
    publish: "PUBLISH",
    open(events: ConnectionEvents): Connection {
      const client = template.duplicate({ ...ownOptions, socket });
      client.on("ready", () => events.onReady());
      client.on("error", (error: unknown) => events.onLost(error));
      return connectionOf(client);
    },
  };
}

export function connectionOf(client: SingleClient): Connection {
  return {
    connect() {
      client.connect().catch(() => {}); // told by the event, too
    },
    send: (_key, command) => client.sendCommand(command),
    sendToAll: async (command) => [await client.sendCommand(command)],
    subscribe: (channel, listener) => client.subscribe(channel, listener),
    unsubscribe: (channel, listener) => client.unsubscribe(channel, listener),
    destroy: () => client.destroy(),
  };
}

function placeOf({ options }: SingleClient): string {
  const { host = "localhost", port = 6379, path } = (options?.socket ?? {}) as Record<string, unknown>;
  return `Redis at ${path ?? `${host}:${port}`}`;
}
