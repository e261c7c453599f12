/**
 * A right over a topic that one holder at a time has: as long as it is held, nobody else looks where the topic ends and appends
 * there. Plain data: whoever has it can hand it on.
 *
 * It is held until it runs out, is released, or its topic is freed, with whatever else is known of the topic. What is not held
 * any more never is again: the next holder's has another token, or is of another epoch.
 */
export interface Lease {
  readonly topic: string;
  /** Of the topic's life that it was taken in. */
  readonly epoch: string;
  /**
   * Grows with every new holder within an epoch. A store that can lose what it was told (a replica that lagged behind takes over)
   * must give none twice all the same: its clock's microseconds will do, where they are more than the last token.
   */
  readonly token: number;
  /** Milliseconds that it lasts from when it was taken, or renewed last. A whole number of at least 1. */
  readonly ttl: number;
}
