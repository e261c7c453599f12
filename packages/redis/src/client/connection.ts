/** `read`: it changes nothing. */
export type CallKind = "read" | "write";

/** What hears a connection's news. */
export interface ConnectionEvents {
  /** It can be used: for the first time, or again. It has subscribed anew to what it was subscribed to. */
  onReady(): void;
  /** It can't be used, until `onReady`. It tries to connect again by itself. */
  onLost(cause: unknown): void;
  /** It can't be used any more: another one has to be opened. */
  onGone(cause: unknown): void;
}

/** A connection to Redis, whatever its form: one server, Sentinel, or a cluster. It never sends a command twice. */
export interface Connection {
  /** Connects, and tries again until it is destroyed. */
  connect(): void;
  /** Sends a command for a key at once, or rejects. Commands for one key are sent in order. */
  send(key: string, command: readonly string[]): Promise<unknown>;
  /** Sends a command to each server that has keys. */
  sendToAll(command: readonly string[]): Promise<readonly unknown[]>;
  subscribe(channel: string, listener: (message: string, channel: string) => void): Promise<void>;
  unsubscribe(channel: string, listener: (message: string, channel: string) => void): Promise<void>;
  /** Ends it at once. What has no answer yet rejects. */
  destroy(): void;
}

/** How connections are made. */
export interface Connector {
  /** Where they lead, for messages. Contains no password. */
  readonly place: string;
  /** The command that publishes where these connections subscribe. */
  readonly publish: "PUBLISH" | "SPUBLISH";
  open(events: ConnectionEvents): Connection;
}
