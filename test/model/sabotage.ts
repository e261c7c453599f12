import type { Socket } from "node:net";
import type { Log, Publish } from "@sluice/server";
import type { SluiceParts } from "../../packages/server/src/assemble.js";
import type { Change } from "./edition.js";

type Fetch = typeof globalThis.fetch;

/** A defect put into a run on purpose, to see that it is found. */
export interface Sabotage {
  /** Milliseconds until what is waited for counts as never coming. */
  readonly patience?: number;
  /** The contract that changes. */
  readonly change?: (change: Change) => Change;
  /** Between the servers and the engine. */
  readonly log?: (log: Log) => Log;
  /** Where whoever publishes does so, and the engine behind it. */
  readonly publish?: (publish: Publish, log: Log) => Publish;
  /** A server's parts. */
  readonly parts?: (parts: SluiceParts) => void;
  /** Every connection that a server accepts. */
  readonly socket?: (socket: Socket) => void;
  /** Between the clients and the network, where the witness sees what comes of it. */
  readonly network?: (fetch: Fetch) => Fetch;
  /** A client's own misbehaviour: the witness sees its requests. */
  readonly client?: (fetch: Fetch) => Fetch;
}
