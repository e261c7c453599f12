import { SluiceError } from "@sluice/contract";
import { type Lease, type Log, LogError } from "@sluice/log";

/**
 * Milliseconds that a lease lasts. Its holder appends with one more call, and a publish has no time for calls that take
 * longer than this. If the lease ends too early, nothing breaks: its holder takes it again.
 */
const ttl = 3_000;
/** Milliseconds between two attempts to take a lease: the first and the longest delay. */
const [firstDelay, maxDelay] = [2, 50];
/** Milliseconds after each failed attempt to release a lease. After the last, it expires by itself. */
const releaseDelays = [50, 200, 500];

/** The leases of a publisher, which takes at most one per topic at a time. */
export class PublisherLeases {
  readonly #log: Log;
  /** Names this publisher, so that it finds a lease again whose answer was lost. */
  readonly #holder: string = crypto.randomUUID();
  /** Those that are not released yet. */
  readonly #held = new Map<string, Lease>();
  readonly #releasing = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * Waits until a topic's lease is free, and takes it.
   *
   * @param deadline of `performance.now()`
   * @throws SluiceError `unavailable` if others hold it at the deadline.
   */
  async take(topic: string, deadline: number): Promise<Lease> {
    for (let delay = firstDelay; ; delay = Math.min(2 * delay, maxDelay)) {
      const left = deadline - performance.now();
      if (left <= 0) throw tooBusy(topic);
      const lease = await this.#acquire(topic);
      if (lease && performance.now() < deadline) {
        this.#held.set(topic, lease);
        return lease;
      }
      // Nobody waits for it any more, unless a later publish has taken it meanwhile.
      if (lease && !this.#held.has(topic)) void this.release(lease);
      await pause(Math.min(delay * (0.5 + Math.random() / 2), left));
    }
  }

  /** Gives a lease back; never rejects. If that fails, it tries again, unless this publisher has taken the lease again. */
  release(lease: Lease): Promise<void> {
    const releasing = this.#release(lease).finally(() => this.#releasing.delete(releasing));
    this.#releasing.add(releasing);
    return releasing;
  }

  /** Resolves when those that were to be given back are. */
  async idle(): Promise<void> {
    await Promise.all(this.#releasing);
  }

  async #release(lease: Lease): Promise<void> {
    const { topic } = lease;
    for (const delay of releaseDelays) {
      try {
        await atMost(ttl, this.#log.release(lease)); // after that it has expired
        break;
      } catch (error) {
        if (!LogError.is(error)) break;
      }
      await pause(delay);
      if (this.#held.get(topic) !== lease) return;
    }
    if (this.#held.get(topic) === lease) this.#held.delete(topic);
  }

  /** `undefined`: somebody else holds it, or the answer was lost. To ask again is safe. */
  async #acquire(topic: string): Promise<Lease | undefined> {
    try {
      return await this.#log.acquire(topic, { ttl, holder: this.#holder });
    } catch (error) {
      if (LogError.is(error) && error.code === "unknown") return undefined;
      throw error;
    }
  }
}

/** Waits for a call, but no longer than this many milliseconds. */
const atMost = (ms: number, call: Promise<void>) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    call.finally(() => clearTimeout(timer)).then(resolve, reject);
  });

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export const tooBusy = (topic: string): SluiceError =>
  new SluiceError("unavailable", {
    message: `"${topic.split("?", 1)[0]}" has too many publishers at once: others kept this one from appending`,
    retryAfter: 1_000,
  });
