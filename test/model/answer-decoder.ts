import { createFrameDecoder, type Frame, type FrameDecoder } from "@sluice/contract/wire";

export interface AnswerSink {
  onStatus(status: number): void;
  onFrame(frame: Frame): void;
}

/** Takes an HTTP/1 response's bytes as they go to a socket, and reports a stream's frames at once. */
export class AnswerDecoder {
  readonly #sink: AnswerSink;
  readonly #frames: FrameDecoder;
  #rest: Buffer = Buffer.alloc(0);
  #status: number | undefined;
  #isChunked = false;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
    this.#frames = createFrameDecoder((frame) => sink.onFrame(frame));
  }

  push(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    if (this.#status === undefined && !this.#readHead()) return;
    if (this.#status !== 200) return;
    if (!this.#isChunked) this.#frames.push(this.#take(this.#rest.length));
    for (let size = this.#nextChunk(); size !== undefined; size = this.#nextChunk()) {
      this.#frames.push(this.#take(size));
      this.#take(2);
    }
  }

  #readHead(): boolean {
    const length = this.#rest.indexOf("\r\n\r\n");
    if (length === -1) return false;
    const head = this.#take(length + 4).toString("latin1");
    this.#isChunked = /^transfer-encoding: *chunked/im.test(head);
    this.#status = Number(head.split(" ", 2)[1]);
    this.#sink.onStatus(this.#status);
    return true;
  }

  /** The size of the next chunk, if it is complete. */
  #nextChunk(): number | undefined {
    const line = this.#rest.indexOf("\r\n");
    if (line === -1) return undefined;
    const size = Number.parseInt(this.#rest.toString("latin1", 0, line), 16);
    if (!(this.#rest.length >= line + 2 + size + 2)) return undefined; // also if the size is not a number
    this.#take(line + 2);
    return size;
  }

  #take(length: number): Buffer {
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(length);
    return taken;
  }
}
