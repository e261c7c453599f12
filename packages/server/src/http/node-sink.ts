import { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { SharedBytes } from "../connection/shared-bytes.js";
import type { Pipe, Sink } from "../connection/sink.js";

/**
 * A response's body. Bytes that many connections share skip the response and go to its socket as they are, ready framed:
 * of what a delivery costs, the rest is the system call.
 */
export class NodeSink implements Sink {
  readonly #res: ServerResponse;
  /** Set once it is known that nothing stands between response and socket. */
  #socket: Socket | undefined;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  write(text: string): boolean {
    return this.#res.write(text);
  }

  writeShared({ plain, chunked }: SharedBytes): boolean {
    const socket = this.straight();
    return socket ? socket.write(chunked) : this.#res.write(plain);
  }

  straight(): Pipe | undefined {
    this.#socket ??= straightWay(this.#res);
    return this.#socket;
  }

  end(): void {
    this.#res.end();
  }

  destroy(): void {
    this.#res.destroy();
  }

  onDrain(listener: () => void): void {
    // The response tells only of what was written through it; its socket of both.
    (this.#socket ?? this.#res).once("drain", listener);
  }
}

/**
 * The socket, if bytes written to it are what the response would have written: an HTTP/1.1 response whose turn on the
 * socket it is, that frames its body as chunks itself, that nobody wraps or encodes, and that holds nothing back.
 */
function straightWay(res: ServerResponse): Socket | undefined {
  const { socket } = res;
  if (!socket || !res.chunkedEncoding || !res.headersSent) return undefined;
  if (res.write !== ServerResponse.prototype.write || res.hasHeader("content-encoding")) return undefined;
  return res.writableLength === socket.writableLength ? socket : undefined;
}
