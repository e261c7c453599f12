import type { Clock } from "./clock.js";
import type { CredentialsMode, FetchLike, HeadersLike } from "./fetch.js";
import type { Refresher } from "./refresh.js";
import type { BackoffOptions } from "./retry.js";

/** How requests are made, of the client's options with their defaults filled in. */
export interface Settings {
  readonly url: string;
  readonly headers: () => HeadersLike | Promise<HeadersLike>;
  readonly fetch: FetchLike;
  readonly credentials: CredentialsMode | undefined;
  readonly refresher: Refresher;
  readonly retry: BackoffOptions;
  readonly connectTimeout: number;
  readonly maxFrame: number;
  readonly clock: Required<Clock>;
}
