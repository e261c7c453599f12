import type { Clock } from "../platform/clock.js";
import type { Transport } from "../transport/transport.js";
import type { SkippedEvent } from "./skipped-event.js";

/** What subscriptions are given of the client: where frames come from, and what to do about those that don't fit. */
export interface SubscriptionSettings {
  readonly transport: Transport;
  readonly clock: Required<Clock>;
  /** Milliseconds for which a subscription outlives its last subscriber. */
  readonly linger: number;
  readonly onSkippedEvent: ((event: SkippedEvent) => void) | undefined;
}
