import type { Sink } from "../stream/sink.js";
import type { Lifetime } from "../time/lifetime.js";

/** A request and the way to answer it, as an adapter hands them over: what the handler knows of HTTP. */
export interface Exchange {
  readonly method: string;
  /** Segments below the base, joined by `/`, without a slash at either end. */
  readonly path: string;
  /** What follows the path's `?`, parsed when it's asked for. */
  readonly search: URLSearchParams;
  header(name: string): string | undefined;
  /**
   * The body's JSON. An empty one is `{}`.
   *
   * @throws SluiceError `payloadTooLarge`, `badRequest`.
   * @throws Error for a body that was read before and is not to be had.
   */
  json(maxBytes: number): Promise<unknown>;
  /** Whatever the user's `context` function makes of the request. */
  context(): unknown;
  /** Who the client is, if the user's `identify` function says so. */
  client(): string | undefined;
  readonly reply: Reply;
}

export interface Reply {
  /**
   * Until it is this answer's turn on its connection, or its lifetime is over. `undefined`, nearly always: it is its turn. A connection
   * on which much waits is closed.
   *
   * @param maxBytes most bytes of bodies that wait on one connection
   */
  turn(maxBytes: number): Promise<void> | undefined;
  /** Answers with a whole body, or none. */
  send(status: number, headers: Readonly<Record<string, string>>, body?: string): void;
  /** Answers 200 and leaves the body open. The headers go out with the first of the body. */
  stream(headers: Readonly<Record<string, string>>): Sink;
  /** Ends when the answer is through, or the client gone. */
  readonly lifetime: Lifetime;
}
