import { firstSeq } from "./tick.ts";

const marker = Buffer.from('"seq":1');
const digits = 6;
const length = marker.length + digits;
const zero = 0x30;

/**
 * Finds the events in one stream's bytes by their numbers, whatever stands around them, and holds that they come without
 * a gap, a repetition or a change of order.
 */
export class Scanner {
  #expected: number;
  #rest: Buffer | undefined;

  constructor(first: number) {
    this.#expected = first;
  }

  /** The number of the event that is due. */
  get expected(): number {
    return this.#expected;
  }

  /** How many events end their number in these bytes. */
  push(chunk: Buffer): number {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    this.#rest = undefined;
    const before = this.#expected;
    let from = 0;
    for (let at = bytes.indexOf(marker); at !== -1 && at + length <= bytes.length; at = bytes.indexOf(marker, from)) {
      this.#take(bytes, at + marker.length);
      from = at + length;
    }
    const cut = startOfCutMarker(bytes, Math.max(from, bytes.length - length + 1));
    if (cut !== -1) this.#rest = Buffer.from(bytes.subarray(cut));
    return this.#expected - before;
  }

  #take(bytes: Buffer, at: number): void {
    let seq = 0;
    for (let index = at; index < at + digits; index++) seq = seq * 10 + (bytes[index] as number) - zero;
    if (seq + firstSeq !== this.#expected) {
      throw new Error(`Event ${seq + firstSeq} came where ${this.#expected} was due.`);
    }
    this.#expected++;
  }
}

/** Where a marker or its digits begin that the end of the bytes cuts. */
function startOfCutMarker(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const end = Math.min(bytes.length, at + marker.length);
    if (bytes[at] === marker[0] && bytes.compare(marker, 0, end - at, at, end) === 0) return at;
  }
  return -1;
}
