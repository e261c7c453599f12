import { SluiceError } from "@sluice/contract";
import type { Lease, Log } from "@sluice/log";

/** Milliseconds that a lease lasts. Its holder needs it for two calls of the log; if it dies, the others wait no longer than this. */
const ttl = 5_000;
/** Milliseconds after which a writer gives up. */
const patience = 10_000;
/** Milliseconds between two tries, at first and at most. */
const [first, longest] = [2, 50];

/**
 * Takes a topic's lease as soon as its holder gives it back.
 *
 * @throws SluiceError `unavailable` if others hold it for 10 seconds.
 */
export async function waitForLease(log: Log, topic: string): Promise<Lease> {
  const deadline = performance.now() + patience;
  for (let wait = first; ; wait = Math.min(2 * wait, longest)) {
    const lease = await log.acquire(topic, ttl);
    if (lease) return lease;
    if (performance.now() >= deadline) throw tooBusy(topic);
    await new Promise((resolve) => setTimeout(resolve, wait * (0.5 + Math.random() / 2)));
  }
}

export const tooBusy = (topic: string): SluiceError =>
  new SluiceError("unavailable", {
    message: `"${topic.split("?", 1)[0]}" has too many publishers at once: others kept this one from appending`,
    retryAfter: 1_000,
  });
