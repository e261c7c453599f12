import { pieceLength } from "../topic/shared-bytes.js";

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

const lineFeed = 10;

const unitAt = (frames: string | Uint8Array, index: number): number | undefined =>
  typeof frames === "string" ? frames.charCodeAt(index) : frames[index];

const isFrameEnd = (frames: string | Uint8Array, end: number): boolean =>
  unitAt(frames, end - 1) === lineFeed && unitAt(frames, end - 2) === lineFeed;

interface Part {
  readonly frames: string | Uint8Array;
  /** The lane that wrote it. `undefined`: the stream itself. */
  readonly owner: object | undefined;
  /** It continues the frame of the previous part. */
  readonly isRest: boolean;
}

/**
 * Frames that wait for room in the socket. They are cut into pieces only when written: many streams may hold the same
 * text.
 */
export class Backlog {
  #parts: Part[] = [];
  /** Characters or bytes of the first part that are written. */
  #at = 0;

  get isEmpty(): boolean {
    return this.#parts.length === 0;
  }

  /**
   * Adds whole frames.
   *
   * @param rest the end of the last frame, if it has its own buffer
   */
  push(owner: object | undefined, frames: string | Uint8Array, rest?: Uint8Array): void {
    this.#parts.push({ frames, owner, isRest: false });
    if (rest) this.#parts.push({ frames: rest, owner, isRest: true });
  }

  /** The next piece, of at most `pieceLength`. A piece never splits a surrogate pair. */
  shift(): string | Uint8Array {
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

  /**
   * Drops the owner's parts, except the rest of a half-written frame: the client must be able to parse what follows.
   */
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

  /** The end of the half-written frame. If no frame is half written, the end of what is written. */
  #endOfFrame({ frames, isRest }: Part): number {
    if (this.#at === 0) return isRest ? frames.length : 0;
    let end = this.#at;
    while (end < frames.length && !isFrameEnd(frames, end)) end++;
    return end;
  }
}
