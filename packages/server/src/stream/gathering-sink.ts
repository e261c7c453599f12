import type { TurnEnd, TurnListener } from "../time/turn-end.js";
import type { LaneSocket } from "../topic/direct-subscribers.js";
import { pieceLength, type SharedBytes } from "../topic/shared-bytes.js";
import type { BodySink, Piece, Sink } from "./sink.js";

export interface GatheringOptions {
  readonly turnEnd: TurnEnd;
  readonly wheel: { readonly now: number };
  readonly limits: {
    /** Most bytes that are gathered before they are written. */
    readonly bufferedBytes: number;
  };
  /** Called with what a write throws, as a wrapped one may. The stream is destroyed. */
  readonly onError: (error: unknown) => void;
}

/**
 * Gathers what a turn of the event loop brings to a stream, and writes it in one piece after the turn. A stream with
 * many lanes gets frames of many topics in a turn, and the system call is what a write costs.
 */
export class GatheringSink implements Sink, LaneSocket, TurnListener {
  // First what each delivery looks at, as in an event stream.
  /** The socket is full: shared bytes are refused. */
  #isFull = false;
  #isOver = false;
  #length = 0;
  /** It is to be called after the turn. */
  #isListed = false;
  /** The first piece: mostly there is no other. */
  #first: SharedBytes | undefined;
  /** All pieces before `#text`, if there are more. */
  #pieces: Piece[] | undefined;
  /** Frames of this stream alone, which become one piece. */
  #text = "";
  /** The wheel's tick of the last write. */
  writtenAt = 0;
  readonly #sink: BodySink;
  readonly #options: GatheringOptions;
  #onFull: (() => void) | undefined;

  constructor(sink: BodySink, options: GatheringOptions) {
    this.#sink = sink;
    this.#options = options;
  }

  /** False: it took nothing, because the socket is full. */
  takeShared(bytes: SharedBytes): boolean {
    if (this.#isFull || this.#isOver) return false;
    if (this.#text !== "") this.#closeText();
    if (this.#pieces) this.#pieces.push(bytes);
    else if (this.#length === 0) this.#first = bytes;
    else this.#begin().push(bytes);
    this.#count(bytes.plain.length);
    return true;
  }

  write(frames: string | Uint8Array): boolean {
    if (typeof frames === "string") {
      this.#text += frames;
      this.#count(frames.length);
    } else {
      this.flush();
      this.#written(this.#sink.write(frames));
    }
    return !this.#isFull;
  }

  writeShared(bytes: SharedBytes): boolean {
    if (this.takeShared(bytes)) return !this.#isFull;
    this.write(bytes.plain);
    return false;
  }

  onTurnEnd(): void {
    this.#isListed = false;
    try {
      this.flush();
    } catch (error) {
      this.destroy();
      this.#options.onError(error);
    }
  }

  /** Writes what was gathered. */
  flush(): void {
    if (this.#length === 0) return;
    if (this.#text !== "") this.#closeText();
    const first = this.#first;
    const pieces = this.#pieces;
    this.#first = undefined;
    this.#pieces = undefined;
    this.#length = 0;
    this.#written(pieces ? this.#sink.writeTogether(pieces) : this.#sink.writeShared(first as SharedBytes));
  }

  direct(): LaneSocket | undefined {
    return this.#isFull || this.#isOver ? undefined : this;
  }

  whenFull(listener: () => void): void {
    this.#onFull = listener;
  }

  end(closesConnection?: boolean): void {
    this.flush();
    this.#isOver = true;
    this.#sink.end(closesConnection);
  }

  destroy(): void {
    this.discard();
    this.#sink.destroy();
  }

  discard(): void {
    this.#isOver = true;
    this.#first = undefined;
    this.#pieces = undefined;
    this.#text = "";
    this.#length = 0;
  }

  onDrain(listener: () => void): void {
    this.#sink.onDrain(() => {
      this.#isFull = false;
      listener();
    });
  }

  /** The list of all pieces. */
  #begin(): Piece[] {
    this.#pieces ??= this.#first ? [this.#first] : [];
    this.#first = undefined;
    return this.#pieces;
  }

  #closeText(): void {
    this.#begin().push(this.#text);
    this.#text = "";
  }

  #count(length: number): void {
    if (!this.#isListed) this.#options.turnEnd.add(this);
    this.#isListed = true;
    this.#length += length;
    if (this.#length >= Math.min(pieceLength, this.#options.limits.bufferedBytes)) this.flush();
  }

  #written(hasRoom: boolean): void {
    this.writtenAt = this.#options.wheel.now;
    if (hasRoom || this.#isFull) return;
    this.#isFull = true;
    this.#onFull?.();
  }
}
