import { allocate, byteLength, writeUtf8 } from "./utf8.js";

/**
 * Most characters or bytes that are written to a socket at once. Node reports only when a whole write is out: during a
 * write of megabytes, a slow reader cannot be told from a dead one.
 */
export const pieceLength = 64 * 1024;

/** How a stream takes shared bytes: as one chunk of HTTP/1.1, or as they are. */
export type Framing = "chunked" | "plain";

/**
 * Bytes that many streams send: encoded once, and in the same buffer framed as one HTTP/1.1 chunk, so that they can go
 * directly to a socket.
 */
export class SharedBytes {
  /** The bytes as they are. */
  readonly plain: Uint8Array;
  /** The bytes as one chunk: length, bytes, line end. */
  readonly chunked: Uint8Array;

  constructor(text: string) {
    const length = byteLength(text);
    const head = `${length.toString(16)}\r\n`;
    const chunked = allocate(head.length + length + 2);
    const plain = chunked.subarray(writeUtf8(chunked, head), -2);
    writeUtf8(plain, text);
    writeUtf8(chunked.subarray(-2), "\r\n");
    this.chunked = chunked;
    this.plain = plain;
  }
}
