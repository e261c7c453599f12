import type { Clock } from "../platform/clock.js";
import type { Transport } from "../transport/transport.js";
import type { SkippedEvent } from "./skipped-event.js";

/** The client's options that subscriptions use, with their defaults filled in. */
export interface SubscriptionSettings {
  readonly transport: Transport;
  /** Aborts when the client is closed. */
  readonly closing: AbortSignal;
  readonly clock: Required<Clock>;
  /** Milliseconds for which a subscription outlives its last subscriber. */
  readonly linger: number;
  readonly onSkippedEvent: ((event: SkippedEvent) => void) | undefined;
}
