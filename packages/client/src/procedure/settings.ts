import type { SubscriptionSettings } from "../subscription/settings.js";
import type { TransportSettings } from "../transport/settings.js";

/** A client's options with their defaults filled in. */
export interface ClientSettings extends TransportSettings, SubscriptionSettings {
  readonly id: string;
  /** Closes the client; see `ClientMembers`. */
  close(): void;
}
