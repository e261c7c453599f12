import type { EndListener, Lifetime } from "../time/lifetime.js";

/** How many things each client has. Those that have none are not in it. */
export class Tally extends Map<string, number> {
  of(client: string): number {
    return this.get(client) ?? 0;
  }

  /** Counts one more, until the end of its lifetime. */
  count(client: string, lifetime: Lifetime): void {
    this.set(client, this.of(client) + 1);
    lifetime.watch(new Counted(this, client));
  }

  /** Counts one less. */
  uncount(client: string): void {
    const rest = this.of(client) - 1;
    if (rest > 0) this.set(client, rest);
    else this.delete(client);
  }
}

/** Each lane has one: a closure would take three times the memory. */
class Counted implements EndListener {
  readonly #tally: Tally;
  readonly #client: string;

  constructor(tally: Tally, client: string) {
    this.#tally = tally;
    this.#client = client;
  }

  onEnd(): void {
    this.#tally.uncount(this.#client);
  }
}
