import { mintEpoch } from "../engine/epoch.js";
import type { LeaseState } from "../engine/lease.js";
import { keyedHash } from "../engine/mark.js";

/** Number of topics that are remembered. Beyond it, those used longest ago are forgotten. */
const most = 10_000;

/** A power of two above `most`: the low bits of a hash choose a chain, and chains are short. */
const chains = 16_384;

/** Most bytes of an epoch. */
const epochSize = 16;

/** What the engine keeps of a topic that was never written to. */
export interface UnwrittenTopic {
  readonly epoch: string;
  readonly lease: LeaseState;
}

/**
 * The epochs and leases of topics that were never written to, so that a reader of their beginning can go on from there. Anybody
 * who can open a subscription can name any number of such topics. So they are kept in typed arrays, by a hash of the name, and
 * take less than 64 bytes each.
 *
 * A record is a slot, from 1 on. The slots of hashes with the same low bits are a chain that ends with 0. All that are used
 * are a ring, in the order of their use, with slot 0 between the newest and the oldest.
 */
export class UnwrittenTopics {
  readonly #maxAge: number;
  readonly #key = mintEpoch();
  readonly #lows = new Uint32Array(most + 1);
  readonly #highs = new Uint32Array(most + 1);
  readonly #times = new Float64Array(most + 1);
  readonly #epochs = new Uint8Array((most + 1) * epochSize);
  readonly #tokens = new Uint32Array(most + 1);
  readonly #ends = new Float64Array(most + 1);
  readonly #holderLows = new Uint32Array(most + 1);
  readonly #holderHighs = new Uint32Array(most + 1);
  readonly #heads = new Uint16Array(chains);
  /** In a chain, or in the list of slots that were given back. */
  readonly #following = new Uint16Array(most + 1);
  readonly #newer = new Uint16Array(most + 1);
  readonly #older = new Uint16Array(most + 1);
  #returned = 0;
  #touched = 0;

  /** @param maxAge milliseconds since a topic's last use, after which it is forgotten. */
  constructor(maxAge: number) {
    this.#maxAge = maxAge;
  }

  /** Returns what is known of a topic, and forgets it. */
  take(name: string, now: number): UnwrittenTopic | undefined {
    const [low, high] = keyedHash(this.#key, name);
    let slot = at(this.#heads, low % chains);
    while (slot !== 0 && !(this.#lows[slot] === low && this.#highs[slot] === high)) slot = at(this.#following, slot);
    if (slot === 0) return undefined;
    this.#drop(slot);
    const lease = this.#leaseAt(slot);
    const isOver = now - at(this.#times, slot) >= this.#maxAge && now >= lease.ends;
    return isOver ? undefined : { epoch: this.#epochAt(slot), lease };
  }

  /** Remembers a topic that it does not know yet, as the one used last. */
  remember(name: string, { epoch, lease }: UnwrittenTopic, now: number): void {
    const slot = this.#freeSlot();
    const [low, high] = keyedHash(this.#key, name);
    this.#lows[slot] = low;
    this.#highs[slot] = high;
    this.#times[slot] = now;
    this.#tokens[slot] = lease.token;
    this.#ends[slot] = lease.ends;
    this.#holderLows[slot] = lease.holderLow;
    this.#holderHighs[slot] = lease.holderHigh;
    for (let i = 0; i < epochSize; i += 1) this.#epochs[slot * epochSize + i] = epoch.charCodeAt(i); // NaN is 0
    this.#following[slot] = at(this.#heads, low % chains);
    this.#heads[low % chains] = slot;
    const newest = at(this.#older, 0);
    this.#join(newest, slot);
    this.#join(slot, 0);
  }

  #epochAt(slot: number): string {
    const bytes = this.#epochs.subarray(slot * epochSize, (slot + 1) * epochSize);
    return String.fromCharCode(...bytes.filter((byte) => byte !== 0));
  }

  #leaseAt(slot: number): LeaseState {
    return {
      token: at(this.#tokens, slot),
      ends: at(this.#ends, slot),
      holderLow: at(this.#holderLows, slot),
      holderHigh: at(this.#holderHighs, slot),
    };
  }

  #freeSlot(): number {
    if (this.#returned === 0 && this.#touched < most) {
      this.#touched += 1;
      return this.#touched;
    }
    if (this.#returned === 0) this.#drop(at(this.#newer, 0));
    const slot = this.#returned;
    this.#returned = at(this.#following, slot);
    return slot;
  }

  #drop(slot: number): void {
    const chain = at(this.#lows, slot) % chains;
    if (at(this.#heads, chain) === slot) {
      this.#heads[chain] = at(this.#following, slot);
    } else {
      let before = at(this.#heads, chain);
      while (at(this.#following, before) !== slot) before = at(this.#following, before);
      this.#following[before] = at(this.#following, slot);
    }
    this.#join(at(this.#older, slot), at(this.#newer, slot));
    this.#following[slot] = this.#returned;
    this.#returned = slot;
  }

  #join(older: number, newer: number): void {
    this.#newer[older] = newer;
    this.#older[newer] = older;
  }
}

type Numbers = Uint16Array | Uint32Array | Float64Array;

const at = (numbers: Numbers, index: number): number => numbers[index] as number;
