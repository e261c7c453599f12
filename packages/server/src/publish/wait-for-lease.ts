import { SluiceError } from "@sluice/contract";
import type { Lease, Log } from "@sluice/log";

/**
 * Milliseconds that a lease lasts. Its holder needs it for two calls of the log. If the holder dies, others wait no
 * longer.
 */
const ttl = 5_000;
/** Milliseconds after which a publisher gives up. */
const timeout = 10_000;
/** Milliseconds between two attempts: the first and the longest delay. */
const [firstDelay, maxDelay] = [2, 50];

/**
 * Waits until a topic's lease is free, and takes it.
 *
 * @throws SluiceError `unavailable` if others hold it for 10 seconds.
 */
export async function waitForLease(log: Log, topic: string): Promise<Lease> {
  const deadline = performance.now() + timeout;
  for (let delay = firstDelay; ; delay = Math.min(2 * delay, maxDelay)) {
    const lease = await log.acquire(topic, { ttl });
    if (lease) return lease;
    if (performance.now() >= deadline) throw tooBusy(topic);
    await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random() / 2)));
  }
}

export const tooBusy = (topic: string): SluiceError =>
  new SluiceError("unavailable", {
    message: `"${topic.split("?", 1)[0]}" has too many publishers at once: others kept this one from appending`,
    retryAfter: 1_000,
  });
