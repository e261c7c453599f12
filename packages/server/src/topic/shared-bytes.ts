/**
 * Most characters or bytes that are written to a socket at once. Node reports only when a whole write is out: during a
 * write of megabytes, a slow reader cannot be told from a dead one.
 */
export const pieceLength = 64 * 1024;

/**
 * Bytes that many streams send: encoded once, and in the same buffer framed as one HTTP/1.1 chunk, so that they can go
 * directly to a socket.
 */
export class SharedBytes {
  /** The bytes as they are. */
  readonly plain: Buffer;
  /** The bytes as one chunk: length, bytes, line end. */
  readonly chunked: Buffer;

  constructor(text: string) {
    const length = Buffer.byteLength(text);
    const head = `${length.toString(16)}\r\n`;
    const chunked = Buffer.allocUnsafeSlow(head.length + length + 2);
    chunked.write(head, 0, "latin1");
    chunked.write(text, head.length, "utf8");
    chunked.write("\r\n", head.length + length, "latin1");
    this.chunked = chunked;
    this.plain = chunked.subarray(head.length, head.length + length);
  }
}
