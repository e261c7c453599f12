/** Asks for a topic's lease. */
export interface LeaseRequest {
  /** Milliseconds that the lease lasts after it is taken or renewed. A whole number of at least 1. */
  readonly ttl: number;
  /**
   * Names the holder, so that the engine recognizes it. A holder that asks for the lease it has renews it, and the token stays
   * the same. A caller that lost the answer to a first request can therefore ask again. 1 to 64 characters; use a random name that
   * nobody else has. Default: a new random name for each request.
   */
  readonly holder?: string | undefined;
}

/**
 * An exclusive right to a topic. While it is held, only its holder can append with `after`. A lease is plain data: another process can
 * use it, too.
 *
 * A lease is held until it expires, is released, or its topic is freed, and never again afterwards. The next lease of the topic differs
 * in its token, its holder or its epoch. The holder tells leases apart where a store lost the last one in a failover and counts
 * its token again. Snapshots and trims are not fenced by leases: they are checked by cursor.
 */
export interface Lease extends LeaseRequest {
  readonly topic: string;
  /** The epoch of the topic when the lease was taken. */
  readonly epoch: string;
  /** Grows with each new lease of the topic within an epoch. */
  readonly token: number;
  /** The name in the request, or a random one. */
  readonly holder: string;
}
