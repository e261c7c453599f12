import { pieceLength } from "../topic/shared-bytes.js";

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

interface Part {
  readonly frames: string | Buffer;
  /** Whose it is. `undefined`: the stream's own. */
  readonly owner: object | undefined;
  /** It begins amid a frame: the part before it is the frame's beginning. */
  readonly isRest: boolean;
}

/** What is to be written, once there is room. It is cut into pieces only then: many may hold the same text. */
export class Backlog {
  #parts: Part[] = [];
  /** How much of the first part is written. */
  #at = 0;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /**
   * Adds whole frames.
   *
   * @param rest of the last frame, where it is in a buffer of its own
   */
  push(owner: object | undefined, frames: string | Buffer, rest?: Buffer): void {
    this.#parts.push({ frames, owner, isRest: false });
    if (rest) this.#parts.push({ frames: rest, owner, isRest: true });
  }

  /** The next piece, of at most `pieceLength`; half a character is none. */
  shift(): string | Buffer {
    const { frames } = this.#parts[0] as Part;
    let end = Math.min(frames.length, this.#at + pieceLength);
    if (typeof frames === "string" && end < frames.length && isHighSurrogate(frames.charCodeAt(end - 1))) end--;
    const piece = typeof frames === "string" ? frames.slice(this.#at, end) : frames.subarray(this.#at, end);
    this.#at = end;
    if (end === frames.length) {
      this.#parts.shift();
      this.#at = 0;
    }
    return piece;
  }

  /** Lets go of an owner's parts, but for the rest of a frame that is half written: what follows must be readable. */
  discard(owner: object): void {
    const [first, ...others] = this.#parts;
    if (!first) return;
    this.#parts = others.filter((part) => part.owner !== owner);
    const { frames } = first;
    const end = first.owner === owner ? this.#endOfFrame(first) : frames.length;
    if (end === this.#at) this.#at = 0;
    else
      this.#parts.unshift({
        ...first,
        frames: typeof frames === "string" ? frames.slice(0, end) : frames.subarray(0, end),
      });
  }

  /** Where the frame that is half written ends; where what is written ends, if none is. */
  #endOfFrame({ frames, isRest }: Part): number {
    if (this.#at === 0) return isRest ? frames.length : 0;
    const isBetween = frames.slice(this.#at - 2, this.#at).toString() === "\n\n";
    return isBetween ? this.#at : frames.indexOf("\n\n", this.#at - 1) + 2;
  }
}
