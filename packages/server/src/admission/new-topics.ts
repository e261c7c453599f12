import { SluiceError } from "@sluice/contract";

const minute = 60_000;

/** How many clients are counted at once; beyond, those who were counted longest ago are forgotten. */
const counted = 10_000;

/**
 * How often each client has lately opened a topic that nobody followed. Such a topic costs what no other subscriber shares:
 * a tail, reads, a name that the engine keeps for a while. All are counted anew each minute, the 10,000 seen last, so that
 * clients take no memory without end.
 */
export class NewTopics {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #since = Number.NEGATIVE_INFINITY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws SluiceError `tooManyRequests` for one more than the limit. */
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
    if (this.#counts.size > counted) this.#counts.delete(this.#counts.keys().next().value as string);
  }
}
