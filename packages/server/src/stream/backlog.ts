import { pieceLength } from "../topic/shared-bytes.js";

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** What is to be written, once there is room. It is cut into pieces only then: many may hold the same text. */
export class Backlog {
  readonly #parts: (string | Buffer)[] = [];
  /** How much of the first part is written. */
  #at = 0;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /** Adds whole frames. */
  push(part: string | Buffer): void {
    this.#parts.push(part);
  }

  /** The next piece, of at most `pieceLength`; half a character is none. */
  shift(): string | Buffer {
    const part = this.#parts[0] as string | Buffer;
    let end = Math.min(part.length, this.#at + pieceLength);
    if (typeof part === "string" && end < part.length && isHighSurrogate(part.charCodeAt(end - 1))) end--;
    const piece = typeof part === "string" ? part.slice(this.#at, end) : part.subarray(this.#at, end);
    this.#at = end;
    if (end === part.length) this.#next();
    return piece;
  }

  /** Lets go of all but the rest of the frame that is half written: what follows must be readable. */
  discard(): void {
    this.#parts.splice(1);
    const part = this.#parts[0];
    if (part === undefined) return;
    const isBetween = this.#at === 0 || part.slice(this.#at - 2, this.#at).toString() === "\n\n";
    const end = isBetween ? this.#at : part.indexOf("\n\n", this.#at - 1) + 2;
    if (end <= this.#at) this.#next();
    else this.#parts[0] = typeof part === "string" ? part.slice(0, end) : part.subarray(0, end);
  }

  #next(): void {
    this.#parts.shift();
    this.#at = 0;
  }
}
