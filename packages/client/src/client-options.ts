import type { Clock } from "./platform/clock.js";
import type { CredentialsMode, FetchLike, HeadersLike } from "./platform/fetch.js";
import type { Wake } from "./platform/wake.js";
import type { SkippedEvent } from "./subscription/skipped-event.js";
import type { BackoffOptions } from "./transport/retry.js";
import type { TabSharing } from "./transport/transport.js";
import type { OnUnauthorized } from "./wire/refresh.js";

/** How a client reaches its server. */
export interface ClientOptions {
  /**
   * Names the client in query keys. Set it if a cache is filled in one place and read in another (server rendering with
   * `hydration`, a persisted cache): both clients need the same id. Clients of different servers or users that share a cache need
   * different ids. Default: a name that is unique in this page.
   */
  readonly id?: string;
  /**
   * Where the server's procedures are: a path such as `/api`, or an absolute http(s) URL. A trailing slash is ignored.
   */
  readonly url: string;
  /**
   * Sent with every request. A function is called for every attempt, so it can return a fresh token. If it throws, a
   * subscription retries after its backoff. A `SluiceError` whose code is not retried, such as `forbidden`, is final;
   * so are headers that can't be sent (`protocol`). A header that is `undefined` is left out.
   *
   * @example headers: () => ({ authorization: token && `Bearer ${token}` })
   */
  readonly headers?: HeadersLike | (() => HeadersLike | Promise<HeadersLike>);
  /**
   * Sends a request. Default: the global `fetch`, looked up for every request. Responses need a `body` that streams: in
   * React Native, use `expo/fetch`. What it throws becomes `network`, which subscriptions retry. Exceptions: a
   * `SluiceError` keeps its code, and a request that the platform will never send is `protocol` (in production: one that `new Request` refuses). If you combine
   * `init.signal` with a signal of your own by `AbortSignal.any`, keep a reference to the result while the body is
   * read: WebKit garbage-collects a signal that only a fetch holds, and then nothing aborts the request.
   */
  readonly fetch?: FetchLike;
  /** The option of `fetch`. Default: fetch's own, `"same-origin"`. */
  readonly credentials?: CredentialsMode;
  /**
   * Renews the credentials that `headers` returns, after a 401. Called once for all requests that were sent with the
   * same ones and fail at about the same time; then each is retried once. If it throws, rejects or returns `false`, or if the retry
   * gets a 401 too, the error is final. It may use this client itself, before its first `await`: a 401 to such a request is final at once.
   * Default: a 401 is final.
   */
  readonly onUnauthorized?: OnUnauthorized;
  /**
   * Delays between attempts, in milliseconds: random, from 0 to a bound. The bound starts at `base` (default 1,000; a
   * server's `retry:` replaces it, but not with less than 100), doubles with every failure up to `max` (default 30,000)
   * and falls as fast while a stream is live. A network failure right after a live stream is retried soon.
   * `Retry-After` is added to the delay. `random` returns numbers from 0 (inclusive) to 1 (exclusive). Default:
   * `Math.random`, also used if `random` throws or returns anything else. A subscription never makes more than ten
   * attempts in a row; then one a second.
   */
  readonly retry?: Partial<BackoffOptions>;
  /** Milliseconds within which the server must open a stream. Default: 10,000. */
  readonly connectTimeout?: number;
  /**
   * Milliseconds for which a subscription's connection outlives its last subscriber, and the list, fold or latest event
   * of a hook its last component. Default: 1,000.
   */
  readonly linger?: number;
  /**
   * Where there is no browser's page, tells when to try again at once, and whether there is a network. It is called when the first
   * subscription opens, and what it returns when the last has ended. `onWake()` ends the wait for the next attempt. `onWake(false)`
   * means that the device is offline: until `onWake(true)`, subscriptions whose stream fails are `paused`, and try only now and
   * then. What it throws is reported, and the client goes on without it. Default: the page's events `online`, `offline`, `pageshow` and
   * `visibilitychange`, and `navigator.onLine`.
   *
   * @example
   * // React Native, with `@react-native-community/netinfo`
   * wake: (onWake) => {
   *   const app = AppState.addEventListener("change", (state) => state === "active" && onWake());
   *   const stop = NetInfo.addEventListener(({ isConnected }) => onWake(isConnected !== false));
   *   return () => [app.remove(), stop()];
   * }
   */
  readonly wake?: Wake;
  /**
   * One stream for all tabs of a user: `sharedTabs({ key: user.id })` of `@sluice/client/tabs`. Default: each tab has
   * its own.
   */
  readonly tabs?: TabSharing;
  /**
   * Whether the subscriptions of `subscribe`, `store` and hooks share one stream, so that browsers' limit of six connections
   * over HTTP/1.1 doesn't matter. While some have just been added there may be a second stream, for about two seconds.
   * Loops over `iterate` and plain generators always have streams of their own. So has everything if the server
   * doesn't offer multiplexing. Default: true.
   */
  readonly multiplex?: boolean;
  /** Longest SSE block, in characters. Default: 16 Mi. */
  readonly maxFrame?: number;
  /**
   * Called for each skipped event: its type is unknown to the contract, or its data doesn't fit. With state such an
   * event is a final error instead. Default: warns on the console, once per event type.
   */
  readonly onSkippedEvent?: (event: SkippedEvent) => void;
  /** Source of time. Default: the system clock, also used if this one throws. */
  readonly clock?: Clock;
}
