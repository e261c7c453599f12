import type { Clock } from "../platform/clock.js";
import type { CredentialsMode, FetchLike, HeadersLike } from "../platform/fetch.js";
import type { Refresher } from "./refresh.js";

/** How requests are made: the client's options with their defaults filled in. */
export interface RequestSettings {
  readonly url: string;
  readonly headers: () => HeadersLike | Promise<HeadersLike>;
  readonly fetch: FetchLike;
  readonly credentials: CredentialsMode | undefined;
  readonly refresher: Refresher;
  readonly clock: Required<Clock>;
}
