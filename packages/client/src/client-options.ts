import type { Clock } from "./platform/clock.js";
import type { CredentialsMode, FetchLike, HeadersLike } from "./platform/fetch.js";
import type { SkippedEvent } from "./subscription/skipped-event.js";
import type { BackoffOptions } from "./transport/retry.js";
import type { OnUnauthorized } from "./wire/refresh.js";

/** How a client reaches its server. */
export interface ClientOptions {
  /**
   * Names the client in query keys. Give one where a cache is filled in one place and read in another, as with a
   * server's rendering or a persisted cache: there both clients need the same id. Two clients of different servers or
   * users in one cache must not have the same. Default: a name that no other client in this page has.
   */
  readonly id?: string;
  /**
   * Where the server's procedures are: a path such as `/api`, or an absolute http(s) URL. A slash at its end is
   * ignored.
   */
  readonly url: string;
  /**
   * Sent with every request. A function is asked again at every attempt, so that it can give a fresh token. What it throws may
   * pass, so a subscription asks again after its backoff; but a `SluiceError` whose code is not retried, such as
   * `forbidden`, is final, and so are headers that can't be sent (`protocol`).
   */
  readonly headers?: HeadersLike | (() => HeadersLike | Promise<HeadersLike>);
  /**
   * Sends a request. Default: the global `fetch`, looked up at every request. Its answers must have a `body` that can be
   * read while it comes: in React Native that is `expo/fetch`. What it throws is `network` and tried again by subscriptions, but
   * for a `SluiceError` whose code is not retried, and for what the platform will never send (`protocol`). One that joins
   * `init.signal` with a signal of its own by `AbortSignal.any` has to keep what it gets as long as the body is read: WebKit
   * collects a signal that only a fetch holds, and then nothing aborts it.
   */
  readonly fetch?: FetchLike;
  /** As of `fetch`. Default: fetch's own, `"same-origin"`. */
  readonly credentials?: CredentialsMode;
  /**
   * Renews what `headers` reads, when the server answers 401. Asked once, whatever number of requests fail at the same
   * time; then each tries once more. If it throws, rejects or gives `false`, or if the next answer is 401 again, the
   * error is final. It may ask this client for something itself, before it awaits anything: a 401 to that is final at once.
   * Default: a 401 is final.
   */
  readonly onUnauthorized?: OnUnauthorized;
  /**
   * Delays between attempts: random, from 0 to a bound that starts at `base` (default 1,000 ms; the server's `retry:`
   * takes its place, or 100 ms if that is less) and doubles with every failure up to `max` (default 30,000 ms). It falls as fast while a stream is live, and
   * a network that breaks a live stream is tried for soon. A `Retry-After` is added. `random`
   * gives numbers from 0 (inclusive) to 1 (exclusive); default `Math.random`, which also stands in where `random` throws or gives
   * anything else. Whatever is set here or said by servers, a subscription makes no more than ten attempts in a row, then one a second.
   */
  readonly retry?: Partial<BackoffOptions>;
  /** Milliseconds until the server must have opened a stream. Default: 10,000. */
  readonly connectTimeout?: number;
  /**
   * Milliseconds for which a subscription's connection outlives its last subscriber, and for which a list, fold or
   * latest event that a hook has gathered outlives its last component. Default: 1,000.
   */
  readonly linger?: number;
  /** Longest SSE block, in characters. Default: 16 Mi. */
  readonly maxFrame?: number;
  /**
   * Told of events that were passed over. Only where there is no state: with state such an event is a final error. Default: warns
   * on the console, once for each event type.
   */
  readonly onSkippedEvent?: (event: SkippedEvent) => void;
  /** Where time comes from. Default: the machine's, which also stands in where this one throws. */
  readonly clock?: Clock;
}
