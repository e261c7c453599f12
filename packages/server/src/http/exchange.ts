import type { BodySink } from "../stream/sink.js";
import type { Lifetime } from "../time/lifetime.js";

/** A request and its reply, as adapters pass them on. The handler sees no other part of HTTP. */
export interface Exchange {
  readonly method: string;
  /** Path segments below the base, joined by `/`, without a leading or trailing slash. */
  readonly path: string;
  /** The query string, parsed on first use. */
  readonly search: URLSearchParams;
  header(name: string): string | undefined;
  /**
   * The body's JSON. An empty body is `{}`.
   *
   * @throws SluiceError `payloadTooLarge`, `badRequest`.
   * @throws Error if the body was read before and cannot be recovered.
   */
  json(maxBytes: number): Promise<unknown>;
  /** Calls the user's `context` function. */
  context(): unknown;
  /** Calls the user's `identify` function, with what `context` gave. */
  client(context: object): string | undefined;
  readonly reply: Reply;
  /** Milliseconds until the platform cuts the response. Default: it does not. */
  readonly cutAfter?: number | undefined;
}

export interface Reply {
  /**
   * Waits until the responses ahead on this connection are sent, or the lifetime ends. `undefined`, in nearly all
   * cases: nothing is ahead. A connection on which too much waits is closed.
   *
   * @param maxBytes most bytes of request bodies that wait on one connection
   */
  turn(maxBytes: number): Promise<void> | undefined;
  /** Sends a complete response, with or without a body. */
  send(status: number, headers: Readonly<Record<string, string>>, body?: string): void;
  /** Answers 200 and leaves the body open. The headers go out with the first bytes of the body. */
  stream(headers: Readonly<Record<string, string>>): BodySink;
  /** Ends when the response is finished, or the client is gone. */
  readonly lifetime: Lifetime;
}
