import type { RequestListener } from "node:http";
import type { Tick } from "./tick.ts";

/** What the load client sends to open a stream. */
export interface StreamRequest {
  /** Default: GET. */
  readonly method?: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A request of JSON. */
export const posted = (path: string, body: unknown): StreamRequest => ({
  method: "POST",
  path,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

export interface Service {
  readonly listener: RequestListener;
  readonly request: StreamRequest;
  /** How many `$live` frames it has when all of it is open. Default: it is open when its headers have come. */
  readonly live?: number;
}

export interface LiveService extends Service {
  /** Publishes one event to all subscribers, as a user of this library would. */
  publish(tick: Tick): unknown;
}

/** A stream with many topics. Its events go to one topic after the other. */
export interface LanesService extends LiveService {
  /** The number of topics. */
  readonly lanes: number;
  /** Opens a stream of one more topic beside the first. */
  readonly newcomer?: StreamRequest;
}

/** What logs that outlive a process keep their entries in. */
export interface Store {
  /** URL of a Redis. */
  readonly redis: string;
  /** An empty folder. */
  readonly folder: string;
}

export interface LogOptions {
  readonly store: Store;
  readonly topics: number;
  /** Whether each append has an idempotency key. */
  readonly hasKeys: boolean;
}

export interface LanesOptions {
  /** Topics of a stream. */
  readonly lanes: number;
  /** Whether clients come back with the cursors that they have. */
  readonly resumes?: boolean;
  /** Milliseconds that a middleware awaits before each subscription. Default: there is none. */
  readonly delay?: number;
}

/** How one library serves the jobs. A target omits the jobs that it isn't compared in. */
export interface Target {
  /**
   * Streams that stay open and get published events.
   *
   * @param resumes Whether clients come back with the cursor that they have. The library may have none.
   */
  live?(store?: Store, resumes?: boolean): LiveService | Promise<LiveService>;
  /** Appends events of equal size to a log, to one topic after the other. */
  log?(options: LogOptions): LiveService | Promise<LiveService>;
  /** Streams of many topics that stay open and get published events. */
  lanes?(options: LanesOptions): LanesService | Promise<LanesService>;
  /** A reconnecting client that has `history[0]` and missed the rest. */
  replay?(history: readonly Tick[]): Service | Promise<Service>;
  /** A generator of this many events for each request. Every event is validated. */
  generate?(events: number): Service;
  /** A mutation, its input and output validated. */
  call?(): Service;
}

export const eventStream = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
