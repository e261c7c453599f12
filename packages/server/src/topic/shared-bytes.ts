/**
 * Most that a socket is handed at once, in characters or bytes. Node tells when all of a write is out and nothing before: of a
 * snapshot of megabytes, written whole, nobody could say whether its reader is slow or gone.
 */
export const pieceLength = 64 * 1024;

/**
 * Bytes that many connections send: encoded once, and in the same buffer framed as one chunk of HTTP/1.1, so that they can
 * go straight to a socket.
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
