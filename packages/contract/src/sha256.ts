/*
 * SHA-256 (FIPS 180-4), synchronous and for every runtime: `crypto.subtle` returns a promise, and browsers have no
 * `node:crypto`. It shortens names that are too long; nothing here is secret.
 */

/** The first 32 bits of the fractional parts of the square (2) or cube (3) roots of the first primes. */
function fractions(count: number, root: number): Int32Array {
  const bits = new Int32Array(count);
  for (let candidate = 2, found = 0; found < count; candidate++) {
    if (!isPrime(candidate)) continue;
    const value = candidate ** (1 / root);
    bits[found++] = (value - Math.floor(value)) * 2 ** 32;
  }
  return bits;
}

function isPrime(candidate: number): boolean {
  for (let factor = 2; factor * factor <= candidate; factor++) if (candidate % factor === 0) return false;
  return true;
}

// Marked as pure, or every client would carry them: what shortens names runs on servers only.
const rounds = /* @__PURE__ */ fractions(64, 3);
const start = /* @__PURE__ */ fractions(8, 2);

const rotate = (word: number, by: number) => (word >>> by) | (word << (32 - by));

/** The text's bytes, a 1 bit, zeros, and the number of bits, in blocks of 64 bytes. */
function padded(text: string): DataView {
  const bytes = new TextEncoder().encode(text);
  const blocks = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64);
  blocks.set(bytes);
  blocks[bytes.length] = 0x80;
  const view = new DataView(blocks.buffer);
  view.setBigUint64(blocks.length - 8, BigInt(bytes.length) * 8n);
  return view;
}

/** The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits. */
export function sha256(text: string): string {
  const view = padded(text);
  const words = new Int32Array(64);
  const hash = Int32Array.from(start);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getInt32(block + i * 4);
    for (let i = 16; i < 64; i++) {
      const before = words[i - 15] as number;
      const last = words[i - 2] as number;
      const low = rotate(before, 7) ^ rotate(before, 18) ^ (before >>> 3);
      const high = rotate(last, 17) ^ rotate(last, 19) ^ (last >>> 10);
      words[i] = (((words[i - 16] as number) + low) | 0) + (((words[i - 7] as number) + high) | 0);
    }
    compress(hash, words);
  }
  return Array.from(hash, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function compress(hash: Int32Array, words: Int32Array): void {
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const chosen = (e & f) ^ (~e & g);
    const mixed = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const added = (((h + mixed) | 0) + ((chosen + (rounds[i] as number)) | 0) + (words[i] as number)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + added) | 0;
    d = c;
    c = b;
    b = a;
    a = (added + second) | 0;
  }
  const worked = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) hash[i] = (hash[i] as number) + (worked[i] as number);
}
