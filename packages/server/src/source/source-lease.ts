import { shortName } from "@sluice/contract/internal";
import type { Lease, Log, Watch } from "@sluice/log";
import { leaseTtl } from "../runs/run-times.js";

/**
 * The right to run a topic's source. It is the lease of a topic of its own, because whoever holds the lease of the topic itself keeps
 * all others from publishing to it. PROTOCOL §9.5.
 */
export class SourceLease {
  /** Names this source among those of all servers. */
  readonly holder: string = crypto.randomUUID();
  readonly #log: Log;
  readonly #topic: string;
  #lease: Lease | undefined;

  constructor(log: Log, topic: string) {
    this.#log = log;
    this.#topic = shortName(`$source/${topic}`);
  }

  /** Calls `onFree` when somebody has given the lease back, and at other times. */
  watch(onFree: () => void): Watch {
    return this.#log.watch(this.#topic, onFree);
  }

  /** Takes or renews the lease. False: somebody else holds it. */
  async take(): Promise<boolean> {
    this.#lease = await this.#log.acquire(this.#topic, { ttl: leaseTtl, holder: this.holder });
    return this.#lease !== undefined;
  }

  /** Renews the lease. True: it was held all the time since it was last taken. */
  async isUnbroken(): Promise<boolean> {
    const before = this.#lease;
    if (!(await this.take())) return false;
    return before?.token === this.#lease?.token && before?.epoch === this.#lease?.epoch;
  }

  /** Gives it back. Nobody is told. */
  async release(): Promise<void> {
    const lease = this.#lease;
    this.#lease = undefined;
    if (lease) await this.#log.release(lease);
  }

  /** Gives it back, and wakes up those who wait for it. */
  async handOver(): Promise<void> {
    if (!this.#lease) return;
    // It may have expired. If somebody else takes it between these two calls, that source goes on: it has told the topic's log.
    if (await this.take()) await this.#log.free(this.#topic);
    this.#lease = undefined;
  }
}
