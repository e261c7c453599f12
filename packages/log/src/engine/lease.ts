import type { Lease, LeaseRequest } from "../log.js";
import { checkText } from "./check-text.js";
import { mintEpoch } from "./epoch.js";
import { keyedHash } from "./mark.js";

/** What the engine keeps of a topic's leases. */
export interface LeaseState {
  /** Of the last lease. */
  readonly token: number;
  /** When it expires. */
  readonly ends: number;
  /** A hash of its holder's name, in two parts: it fits into the few bytes that a topic without entries may cost. */
  readonly holderLow: number;
  readonly holderHigh: number;
}

export const noLease: LeaseState = { token: 0, ends: Number.NEGATIVE_INFINITY, holderLow: 0, holderHigh: 0 };

/** A topic's lease, held or not. */
export class TopicLease implements LeaseState {
  readonly #epoch: string;
  token: number;
  ends: number;
  holderLow: number;
  holderHigh: number;

  constructor(epoch: string, { token, ends, holderLow, holderHigh }: LeaseState = noLease) {
    this.#epoch = epoch;
    this.token = token;
    this.ends = ends;
    this.holderLow = holderLow;
    this.holderHigh = holderHigh;
  }

  isHeld(now: number): boolean {
    return now < this.ends;
  }

  isHeldBy({ epoch, token, holder }: Lease, now: number): boolean {
    return now < this.ends && token === this.token && epoch === this.#epoch && this.#isOf(holder);
  }

  /** The lease, if `given` is the one that is held, or a request of its holder. */
  of(topic: string, given: Lease | LeaseRequest, now: number): Lease | undefined {
    if (isLease(given)) return this.isHeldBy(given, now) ? given : undefined;
    const { holder, ttl } = given;
    if (holder === undefined || now >= this.ends || !this.#isOf(holder)) return undefined;
    return { topic, epoch: this.#epoch, token: this.token, holder, ttl };
  }

  /** Gives or renews the lease. `undefined`: somebody else holds it, or the given lease is not held. */
  take(topic: string, given: Lease | LeaseRequest, now: number): Lease | undefined {
    const held = this.of(topic, given, now);
    if (!held && (isLease(given) || now < this.ends)) return undefined;
    this.ends = now + given.ttl;
    return held ?? this.#give(topic, given);
  }

  release(): void {
    this.ends = Number.NEGATIVE_INFINITY;
  }

  #give(topic: string, { holder = mintEpoch(), ttl }: LeaseRequest): Lease {
    this.token += 1;
    [this.holderLow, this.holderHigh] = keyedHash("", holder);
    return { topic, epoch: this.#epoch, token: this.token, holder, ttl };
  }

  #isOf(holder: string): boolean {
    if (typeof holder !== "string") return false;
    const [low, high] = keyedHash("", holder);
    return low === this.holderLow && high === this.holderHigh;
  }
}

export const isLease = (given: Lease | LeaseRequest): given is Lease => "token" in given;

/** Most characters of a holder's name. */
const longestHolder = 64;

/** @throws RangeError or TypeError if a ttl or a request's holder is not allowed. A lease with a bad holder is simply not held. */
export function checkLease(given: Lease | LeaseRequest): void {
  const { ttl, holder } = given;
  if (!Number.isSafeInteger(ttl) || ttl < 1) {
    throw new RangeError(`A lease's ttl must be a whole number of milliseconds, at least 1; got ${ttl}`);
  }
  if (isLease(given) || holder === undefined) return;
  checkText("A lease's holder", holder);
  if (holder.length >= 1 && holder.length <= longestHolder) return;
  throw new RangeError(`A lease's holder must have 1 to ${longestHolder} characters; got ${holder.length}`);
}
