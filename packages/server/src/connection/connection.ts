import { encodeFrame, type Frame } from "@sluice/contract/wire";
import type { Sink } from "./sink.js";
import type { Due, Wheel } from "./wheel.js";

export interface ConnectionOptions {
  /** Aborted when the stream is over. */
  readonly abort: AbortController;
  readonly wheel: Wheel;
  /** Milliseconds between heartbeats. */
  readonly heartbeat: number;
  /** Milliseconds that a client should wait before it opens again after a cut. */
  readonly retry: number;
}

const beat = encodeFrame({ kind: "comment", text: "" });

/** One open stream: what is written goes through here, and whatever ends it aborts `signal`. */
export class Connection {
  /** Aborts when the stream is over, in whatever way. */
  readonly signal: AbortSignal;
  readonly heartbeat: number;
  /** Gives a frame to send as heartbeat, where there is something to say. */
  idleFrame: (() => string | undefined) | undefined;
  readonly #sink: Sink;
  readonly #wheel: Wheel;
  readonly #abort: AbortController;
  #full = false;
  #writtenAt: number;
  #due: Due;
  #waiting: (() => void)[] = [];

  constructor(sink: Sink, { abort, wheel, heartbeat, retry }: ConnectionOptions) {
    this.#abort = abort;
    this.#sink = sink;
    this.#wheel = wheel;
    this.heartbeat = heartbeat;
    this.signal = abort.signal;
    this.#writtenAt = wheel.now;
    this.#due = wheel.schedule(heartbeat, () => this.#beat());
    sink.onDrain(() => {
      this.#full = false;
      this.#wake();
    });
    this.signal.addEventListener("abort", () => this.#cleanUp(), { once: true });
    if (this.closed) this.#cleanUp();
    else this.send({ kind: "retry", ms: retry });
  }

  get closed(): boolean {
    return this.signal.aborted;
  }

  /** True while the socket takes no more: a writer that can wait, waits. */
  get full(): boolean {
    return this.#full;
  }

  /** Writes bytes of whole frames. False: the socket is full now. */
  write(chunk: Buffer | string): boolean {
    if (this.closed) return false;
    this.#writtenAt = this.#wheel.now;
    if (!this.#sink.write(chunk)) this.#full = true;
    return !this.#full;
  }

  send(frame: Frame): boolean {
    return this.write(encodeFrame(frame));
  }

  /** Writes the last frame and ends the stream. */
  finish(frame: Frame): void {
    if (this.closed) return;
    this.send(frame);
    this.#sink.end();
    this.#abort.abort();
  }

  /** Ends the stream as a connection would break: the client comes again. Who doesn't read is not waited for. */
  cut(): void {
    if (this.closed) return;
    if (this.#full) this.#sink.destroy();
    else this.#sink.end();
    this.#abort.abort();
  }

  /** Resolves when there is room, or nothing more to be written to. */
  async writable(): Promise<void> {
    while (this.#full && !this.closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #beat(): void {
    const idle = (this.#wheel.now - this.#writtenAt) * this.#wheel.resolution;
    const early = this.heartbeat - idle;
    if (early <= 0 && !this.#full) this.write(this.idleFrame?.() ?? beat);
    this.#due = this.#wheel.schedule(early > 0 ? early : this.heartbeat, () => this.#beat());
  }

  #cleanUp(): void {
    this.#wheel.cancel(this.#due);
    this.#wake();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
