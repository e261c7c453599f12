/**
 * How much of a topic is kept. Entries beyond `events`, `bytes` or `age` are trimmed, the oldest first; of a topic with state only
 * those that its saved snapshot covers.
 */
export interface Retention {
  /** Number of entries; at least 1. Default: `10_000`. */
  readonly events: number;
  /** UTF-8 bytes of the entries' types and data. The newest entry is always kept. Default: 16 MiB. */
  readonly bytes: number;
  /** Maximum age of an entry in milliseconds. Default: `3_600_000` (1 hour). */
  readonly age: number;
  /**
   * Milliseconds after which the whole of a topic with state is freed: entries, snapshot, idempotency keys and lease. The time
   * counts from the last append or, if that is later, from when the last watcher left; a watched topic is not freed. Reads,
   * retried appends, saved snapshots and leases do not extend it. After that, readers find the topic's next life, with a new epoch
   * and no state. Does not apply to topics without state. Default: `Infinity`.
   */
  readonly stateTtl: number;
}
