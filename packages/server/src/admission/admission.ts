import { SluiceError } from "@sluice/contract";
import type { Runtime } from "../runtime.js";
import type { Lifetime } from "../time/lifetime.js";

/** Whose stream it is to be, if `identify` says so, and for how long. */
interface Guest {
  readonly client: string | undefined;
  readonly lifetime: Lifetime;
}

/** @throws SluiceError `unavailable`, `tooManyRequests`, where there is no room for another stream. */
export function assertRoom({ draining, connections, clients, limits }: Runtime, client: string | undefined): void {
  if (draining) throw aboutToStop();
  if (connections.size >= limits.connections) {
    throw new SluiceError("unavailable", { message: "Too many open streams", retryAfter: 5_000 });
  }
  if (client !== undefined && (clients.get(client) ?? 0) >= limits.connectionsPerClient) {
    throw new SluiceError("tooManyRequests", { message: "Too many open streams of this client", retryAfter: 5_000 });
  }
}

export const aboutToStop = () =>
  new SluiceError("unavailable", { message: "The server is about to stop", retryAfter: 1_000 });

/** Counts a stream for its client, as long as it is open. */
export function countClient({ clients }: Runtime, { client, lifetime }: Guest): void {
  if (client === undefined) return;
  clients.set(client, (clients.get(client) ?? 0) + 1);
  lifetime.watch({
    onEnd: () => {
      const rest = (clients.get(client) ?? 1) - 1;
      if (rest > 0) clients.set(client, rest);
      else clients.delete(client);
    },
  });
}

/** @throws SluiceError `tooManyRequests` for the topic that is one too many that nobody else follows. */
export function countTopic({ hub, newTopics, wheel }: Runtime, client: string | undefined, topic: string): void {
  if (client !== undefined && !hub.has(topic)) newTopics.count(client, wheel.monotonic);
}
