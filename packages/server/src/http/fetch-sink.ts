import { joinPieces } from "../stream/join-pieces.js";
import type { BodySink, Piece } from "../stream/sink.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import { encodeUtf8 } from "../topic/utf8.js";

/**
 * Bytes may wait in the body before its writers pause: as many as a socket of Node 20 takes. Next's edge runtime has no
 * `ByteLengthQueuingStrategy`.
 */
const strategy = { highWaterMark: 16 * 1024, size: (chunk: Uint8Array) => chunk.byteLength };

/**
 * The body of a `Response`. It is not a byte stream: that would take the memory of each chunk for itself, and a chunk
 * may be shared by all subscribers.
 */
export class FetchSink implements BodySink, DirectSocket {
  readonly body: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #onDrain: (() => void) | undefined;
  #isOver = false;

  /** @param onCancel called when the reader of the body leaves */
  constructor(onCancel: () => void) {
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        // Called whenever there is room after a read or a write.
        pull: () => this.#drained(),
        cancel: () => {
          this.#isOver = true;
          onCancel();
        },
      },
      strategy,
    );
  }

  write(given: string | Uint8Array): boolean {
    if (this.#isOver) return true; // nobody reads it
    this.#controller.enqueue(typeof given === "string" ? encodeUtf8(given) : given);
    return (this.#controller.desiredSize ?? 0) > 0;
  }

  writeShared({ plain }: SharedBytes): boolean {
    return this.write(plain);
  }

  writeTogether(pieces: readonly Piece[]): boolean {
    return this.write(joinPieces(pieces));
  }

  direct(): DirectSocket | undefined {
    return this.#isOver ? undefined : this;
  }

  get framing(): "plain" {
    return "plain";
  }

  /** The connection is the runtime's: it can't be closed from here. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#controller.close();
  }

  destroy(reason: unknown = cutError()): void {
    this.#isOver = true;
    // The only way to drop what the body holds. It has no effect on a body that is closed or cancelled.
    this.#controller.error(reason);
  }

  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  #drained(): void {
    const listener = this.#onDrain;
    this.#onDrain = undefined;
    listener?.();
  }
}

/** Most runtimes print the error of a body, with its stack. Next does not, by its name. */
function cutError(): Error {
  const error = new Error("Sluice cut a stream whose client did not read");
  error.name = "AbortError";
  error.stack = `${error}`;
  return error;
}
