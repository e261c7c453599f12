import type { Lease, LeaseRequest } from "../log.js";
import { mintEpoch } from "./epoch.js";
import { keyedHash } from "./mark.js";

/** What has to be known of a topic's leases. */
export interface LeaseState {
  /** The last that was given. */
  readonly token: number;
  /** When it runs out. */
  readonly ends: number;
  /** Its holder, of whom a hash will do: so a topic that has nothing else costs no more than one that has nothing. */
  readonly holderLow: number;
  readonly holderHigh: number;
}

export const noLease: LeaseState = { token: 0, ends: Number.NEGATIVE_INFINITY, holderLow: 0, holderHigh: 0 };

/** Who may append to a topic where it was seen to end. */
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

  /** The lease, if whoever asks has it already. */
  of(topic: string, given: Lease | LeaseRequest, now: number): Lease | undefined {
    if (isLease(given)) return this.isHeldBy(given, now) ? given : undefined;
    const { holder, ttl } = given;
    if (holder === undefined || now >= this.ends || !this.#isOf(holder)) return undefined;
    return { topic, epoch: this.#epoch, token: this.token, holder, ttl };
  }

  /** Gives it to whoever asks, or has it and so renews it; `undefined` if somebody else has it, or what was given isn't held. */
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

const isLease = (given: Lease | LeaseRequest): given is Lease => "token" in given;

/** Most characters of a holder's name. */
const longestHolder = 64;

/** What is no lease but may be one isn't held; what is asked for has to be right. */
export function checkLease(given: Lease | LeaseRequest): void {
  const { ttl, holder } = given;
  if (!Number.isSafeInteger(ttl) || ttl < 1) {
    throw new RangeError(`A lease's ttl must be a whole number of milliseconds, at least 1; got ${ttl}`);
  }
  if (isLease(given) || holder === undefined) return;
  if (typeof holder !== "string" || holder.length < 1 || holder.length > longestHolder) {
    throw new RangeError(`A lease's holder must be a text of 1 to ${longestHolder} characters; got ${shown(holder)}`);
  }
}

const shown = (holder: unknown): string => (typeof holder === "string" ? `one of ${holder.length}` : String(holder));
