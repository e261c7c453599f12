import type { Socket } from "node:net";
import type { GetTopic, Log } from "@sluice/server";
import type { Page } from "../../packages/client/src/tabs/page.js";
import type { SluiceParts } from "../../packages/server/src/assemble.js";
import type { Change } from "./edition.js";
import type { Store } from "./store.js";

type Fetch = typeof globalThis.fetch;

/** An intended defect in a run, to check that the model finds it. */
export interface Sabotage {
  /** Milliseconds until a wait counts as failed. */
  readonly patience?: number;
  /** Replaces the contract change. */
  readonly change?: (change: Change) => Change;
  /** Wraps the log between the servers and the engine. */
  readonly log?: (log: Log) => Log;
  /** Changes an engine that outlives its servers, when one of them has ended. */
  readonly restart?: (store: Store) => Promise<unknown>;
  /** Wraps every publisher's `topic`. Gets the engine, too. */
  readonly topic?: (topic: GetTopic, log: Log) => GetTopic;
  /** Changes a server's parts. */
  readonly parts?: (parts: SluiceParts) => void;
  /** Changes every connection that a server accepts. */
  readonly socket?: (socket: Socket) => void;
  /** Wraps the network, below the witness, which sees the responses. */
  readonly network?: (fetch: Fetch) => Fetch;
  /** Changes what a tab uses of its browser. */
  readonly page?: (page: Page) => Page;
  /** Wraps the client's fetch, above the witness, which sees the requests. */
  readonly client?: (fetch: Fetch) => Fetch;
}
