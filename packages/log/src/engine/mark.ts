import type { LogEvent } from "../log.js";
import { type Encoder, encoder } from "./byte-length.js";

/** The mark of the place before the first entry. */
export const genesisMark = "0";

// Odd multipliers, so that every step is a bijection of the lane: two texts that differ in one step never meet.
const lowFactor = 0x9e3779b1;
const highFactor = 0x85ebca6b;

// The two lanes of the hash under way. Module state and not an object: it is written once per character.
let low = 0;
let high = 0;

/** Characters from which on it costs less to encode a text than to ask for each of them. */
const long = 48;
const bytes = new Uint8Array(8_192);
const words = new Int32Array(bytes.buffer);

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
  step(text.length);
  if (encoder && text.length >= long) feedEncoded(text, encoder);
  else feedUnits(text);
}

function step(unit: number): void {
  low = Math.imul(((low << 13) | (low >>> 19)) ^ unit, lowFactor);
  high = Math.imul(((high << 15) | (high >>> 17)) ^ unit, highFactor);
}

function feedUnits(text: string): void {
  let a = low;
  let b = high;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    a = Math.imul(((a << 13) | (a >>> 19)) ^ unit, lowFactor);
    b = Math.imul(((b << 15) | (b >>> 17)) ^ unit, highFactor);
  }
  low = a;
  high = b;
}

/** Four bytes of UTF-8 at a time. */
function feedEncoded(text: string, encoder: Encoder): void {
  for (let rest = text; rest.length > 0; ) {
    const { read, written } = encoder.encodeInto(rest, bytes);
    bytes.fill(0, written, (written + 3) & ~3);
    let a = low;
    let b = high;
    for (let i = 0; 4 * i < written; i += 1) {
      const unit = words[i] as number;
      a = Math.imul(((a << 13) | (a >>> 19)) ^ unit, lowFactor);
      b = Math.imul(((b << 15) | (b >>> 17)) ^ unit, highFactor);
    }
    low = a;
    high = b;
    // What follows the last byte is no part of the text, and the highest bits of the last word would reach one lane only.
    step(written);
    rest = read < rest.length ? rest.slice(read) : "";
  }
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
