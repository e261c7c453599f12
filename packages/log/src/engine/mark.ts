import type { LogEvent } from "../log.js";

/** The mark of the place before the first entry. */
export const genesisMark = "0";

// Odd multipliers, so that every step is a bijection of the lane: two texts that differ in one character never meet.
const lowFactor = 0x9e3779b1;
const highFactor = 0x85ebca6b;

// The two lanes of the hash under way. Module state and not an object: it is written once per character.
let low = 0;
let high = 0;

/**
 * The mark of an entry: 60 bits of a hash over the previous entry's mark, the event's type and its data, as 12
 * characters of `[0-9a-v]`. It tells histories apart that grew apart by accident; it is no defence against somebody
 * who seeks two histories with one mark.
 */
export function chainMark(previous: string, event: LogEvent): string {
  begin();
  feed(previous);
  feed(event.type);
  feed(event.data);
  const a = mix(low ^ Math.imul(high, lowFactor));
  const b = mix(high ^ a);
  // String.fromCharCode, because Number.prototype.toString(36) costs three times as much as the hash.
  return String.fromCharCode(
    digit(a),
    digit(a >>> 5),
    digit(a >>> 10),
    digit(a >>> 15),
    digit(a >>> 20),
    digit(a >>> 25),
    digit(b),
    digit(b >>> 5),
    digit(b >>> 10),
    digit(b >>> 15),
    digit(b >>> 20),
    digit(b >>> 25),
  );
}

/** 64 bits of a text's hash, in two numbers of 32. Whoever doesn't know `key` can't seek two texts with one hash. */
export function keyedHash(key: string, text: string): readonly [number, number] {
  begin();
  feed(key);
  feed(text);
  const a = mix(low ^ Math.imul(high, lowFactor));
  return [a >>> 0, mix(high ^ a) >>> 0];
}

function begin(): void {
  low = 0x2545f491;
  high = 0x6c078965;
}

/** Takes in the length first: that makes the borders between the three texts unambiguous. */
function feed(text: string): void {
  let a = low;
  let b = high;
  let unit = text.length;
  for (let i = 0; ; unit = text.charCodeAt(i), i += 1) {
    a = Math.imul(((a << 13) | (a >>> 19)) ^ unit, lowFactor);
    b = Math.imul(((b << 15) | (b >>> 17)) ^ unit, highFactor);
    if (i === text.length) break;
  }
  low = a;
  high = b;
}

/** The finaliser of MurmurHash3: every bit of the lane reaches every other. */
function mix(lane: number): number {
  let a = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  a = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return a ^ (a >>> 16);
}

/** The character code of the low five bits: `0` to `9`, then `a` to `v`. */
function digit(bits: number): number {
  const value = bits & 31;
  return value < 10 ? 48 + value : 87 + value;
}
