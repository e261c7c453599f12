import type { Log } from "@sluice/log";
import type { LiveService, LogOptions } from "./service.ts";
import { firstSeq } from "./tick.ts";

/** What each event holds. */
export const data = JSON.stringify("x".repeat(198));

/** Of a topic, few events are kept, so that all topics are full soon. */
export const limits = { retain: { events: 100 }, dedupe: { keys: 100 } };

/** A service that only publishes. */
export const publisher = (publish: LiveService["publish"]): LiveService => ({
  listener: (_req, res) => res.writeHead(404).end(),
  request: { path: "/" },
  publish,
});

/** Appends to a log. */
export function logService(log: Log, { topics, hasKeys }: LogOptions): LiveService {
  const names = Array.from({ length: topics }, (_, index) => `scores/${index}`);
  const keys = Array.from({ length: hasKeys ? topics * keysOfTopic : 0 }, (_, index) => keyOf(index));
  let next = 0;
  return publisher(({ seq }) =>
    log.append(
      names[(seq - firstSeq) % topics] as string,
      [{ type: "tick", data }],
      hasKeys ? { idempotencyKey: keys[next++ % keys.length] as string } : undefined,
    ),
  );
}

/** Made before anything is measured. By the time that one is given again, it is long forgotten. */
const keysOfTopic = 3 * limits.dedupe.keys;

/** As long as a UUID, in no order. */
function keyOf(index: number): string {
  const mixed = Math.imul(index, 0x9e3779b1) >>> 0;
  const key = `${mixed.toString(16).padStart(8, "0")}-1b9d-4bad-9bdd-${index.toString(16).padStart(12, "0")}`;
  return Buffer.from(key).toString("latin1"); // one text, not a tree of its parts
}
