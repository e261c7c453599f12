/** A lease that somebody wants to have. */
export interface LeaseRequest {
  /** Milliseconds that it is to last from when it is taken, or renewed last. A whole number of at least 1. */
  readonly ttl: number;
  /**
   * Who asks, so that it is known when it asks again: of a holder that asks for what it has, the lease is renewed, and keeps its
   * token. So an answer that was lost on its way can be asked for once more. 1 to 64 characters, nobody else's. Default: none,
   * each request is another's.
   */
  readonly holder?: string | undefined;
}

/**
 * A right over a topic that one holder at a time has: as long as it is held, nobody else looks where the topic ends and appends
 * there. Plain data: whoever has it can hand it on.
 *
 * It is held until it runs out, is released, or its topic is freed, with whatever else is known of the topic. What is not held
 * any more never is again: the next holder's has another token or, where a store has lost what it was told, another holder; and
 * that of the topic's next life has another epoch. Snapshots and trims take no notice of it: they mind positions.
 */
export interface Lease extends LeaseRequest {
  readonly topic: string;
  /** Of the topic's life that it was taken in. */
  readonly epoch: string;
  /** Grows with every new holder within an epoch. */
  readonly token: number;
  /** Who it was given to: the one that asked, or one that was made up for it. */
  readonly holder: string;
}
