import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import type { EndListener } from "../time/lifetime.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import { encodeUtf8 } from "../topic/utf8.js";
import type { Sink } from "./sink.js";

/** Frames that may wait for a slow reader before the source pauses. */
const maxFrames = 64;

/** A sink that is read in this process. */
export class FrameQueue implements Sink, EndListener {
  #frames: Frame[] = [];
  #wake: () => void = () => {};
  #drained: () => void = () => {};
  #ended = false;
  // No limit: the frames come from this process, not from a client.
  readonly #decoder = createFrameDecoder((frame) => this.#frames.push(frame), { maxFrame: Number.POSITIVE_INFINITY });

  write(text: string | Uint8Array): boolean {
    return this.#push(typeof text === "string" ? encodeUtf8(text) : text);
  }

  writeShared({ plain }: SharedBytes): boolean {
    return this.#push(plain);
  }

  discard(): void {
    this.#frames = [];
    this.#drained();
  }

  onEnd(): void {
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  destroy(): void {
    this.end();
  }

  onDrain(listener: () => void): void {
    this.#drained = listener;
  }

  #push(bytes: Uint8Array): boolean {
    this.#decoder.push(bytes);
    this.#wake();
    return this.#frames.length < maxFrames;
  }

  async next(): Promise<Frame | undefined> {
    while (this.#frames.length === 0 && !this.#ended) await new Promise<void>((resolve) => (this.#wake = resolve));
    const frame = this.#frames.shift();
    if (this.#frames.length === 0) this.#drained();
    return frame;
  }
}
