import type { Surroundings } from "../platform/wake.js";
import type { RequestSettings } from "../wire/settings.js";
import type { BackoffOptions } from "./retry.js";

/** How streams are opened and kept. Times are in milliseconds, `maxFrame` is in characters. */
export interface TransportSettings extends RequestSettings {
  readonly retry: BackoffOptions;
  readonly connectTimeout: number;
  readonly maxFrame: number | undefined;
  readonly surroundings: Surroundings;
}
