import type { Lease } from "../log.js";

/** What has to be known of a topic's leases: the last token, and until when its holder has it. */
export class TopicLease {
  readonly #epoch: string;
  token: number;
  ends: number;

  constructor(epoch: string, token = 0, ends = Number.NEGATIVE_INFINITY) {
    this.#epoch = epoch;
    this.token = token;
    this.ends = ends;
  }

  isHeld(now: number): boolean {
    return now < this.ends;
  }

  isHeldBy({ epoch, token }: Lease, now: number): boolean {
    return now < this.ends && token === this.token && epoch === this.#epoch;
  }

  /** Nobody may hold it. */
  take(topic: string, ttl: number, now: number): Lease {
    this.token += 1;
    this.ends = now + ttl;
    return { topic, epoch: this.#epoch, token: this.token, ttl };
  }

  /** Whoever renews it must hold it. */
  renew({ ttl }: Lease, now: number): void {
    this.ends = now + ttl;
  }

  release(): void {
    this.ends = Number.NEGATIVE_INFINITY;
  }
}

export function checkLeaseTtl(ttl: number): void {
  if (Number.isSafeInteger(ttl) && ttl >= 1) return;
  throw new RangeError(`A lease's ttl must be a whole number of milliseconds, at least 1; got ${ttl}`);
}
