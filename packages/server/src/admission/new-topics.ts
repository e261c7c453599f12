import { SluiceError } from "@sluice/contract";

const minute = 60_000;

/** Most clients that are counted. Beyond it, the client that was seen longest ago is dropped. */
const maxClients = 10_000;

/**
 * Counts how often each client opens a topic that has no subscriber in this process. Such a topic has costs that no
 * other subscriber shares: a tail, reads, and a name that the engine keeps for a while. Counts restart each minute.
 * Memory is bounded: only the 10,000 clients seen last are counted.
 */
export class NewTopics {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #since = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws SluiceError `tooManyRequests` above the limit. */
  count(client: string, now: number): void {
    if (Math.abs(now - this.#since) >= minute) {
      this.#counts.clear();
      this.#since = now;
    }
    const count = (this.#counts.get(client) ?? 0) + 1;
    if (count > this.#limit) {
      const retryAfter = this.#since + minute - now;
      throw new SluiceError("tooManyRequests", { message: "Too many new topics of this client", retryAfter });
    }
    this.#counts.delete(client);
    this.#counts.set(client, count);
    if (this.#counts.size > maxClients) this.#counts.delete(this.#counts.keys().next().value as string);
  }
}
