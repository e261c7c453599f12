import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { joinPieces } from "../stream/join-pieces.js";
import type { BodySink, Piece } from "../stream/sink.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import { byteLength } from "../topic/utf8.js";
import { directSocketOf, versionOf, watchWrite, writeUnwatched } from "./direct-socket.js";

/**
 * The body of a response. Bytes that many connections share are framed already, so they bypass the response and go to
 * its socket: without that detour, the system call is most of the cost of a delivery. If instruments watch the
 * response's writes, nothing bypasses it.
 */
export class NodeSink implements BodySink {
  readonly #res: ServerResponse;
  /** Set if, at `#version`, nothing stood between response and socket. */
  #socket: Socket | undefined;
  #version = 0;
  #versionNow: (() => number) | undefined;
  /** Bytes may have bypassed the response. */
  #wasDirect = false;
  /** `writeTogether` has sent the headers, if nothing else has. */
  #isHeadOut = false;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  write(text: string | Uint8Array): boolean {
    return this.#wasDirect && this.direct() ? writeUnwatched(this.#res, text) : this.#res.write(text);
  }

  writeShared({ plain, chunked }: SharedBytes): boolean {
    const socket = this.direct();
    return socket ? socket.write(chunked) : this.#res.write(plain);
  }

  writeTogether(pieces: readonly Piece[]): boolean {
    const socket = this.direct();
    if (!socket) return this.#res.write(joinPieces(pieces));
    // One piece alone needs no buffer.
    const isCorked = pieces.length > 1 || !this.#isHeadOut;
    if (isCorked) socket.cork();
    try {
      if (!this.#isHeadOut) this.#res.flushHeaders();
      this.#isHeadOut = true;
      for (const piece of pieces) socket.write(typeof piece === "string" ? chunkOf(piece) : piece.chunked);
    } finally {
      if (isCorked) socket.uncork();
    }
    // While it was corked, `write` returned false for more than its `highWaterMark`, even if the kernel takes all of it now.
    return !(socket.writableNeedDrain && socket.writableLength > 0);
  }

  direct(): (DirectSocket & Socket) | undefined {
    const version = this.directVersion();
    if (this.#socket && this.#version === version) return this.#socket;
    this.#socket = directSocketOf(this.#res);
    this.#version = version;
    if (this.#socket) {
      this.#wasDirect = true;
      watchWrite(this.#res);
    }
    return this.#socket;
  }

  /** A direct write bypasses the response, which would frame it. */
  get framing(): "chunked" {
    return "chunked";
  }

  get directVersion(): () => number {
    this.#versionNow ??= versionOf(this.#res);
    return this.#versionNow;
  }

  end(closesConnection = false): void {
    const { req, socket } = this.#res;
    // The body stays without its end: after it, a client may have sent its next request already. Over HTTP/2, other
    // streams use the connection.
    if (closesConnection && socket && req.httpVersionMajor === 1) socket.destroySoon();
    else this.#res.end();
  }

  destroy(): void {
    this.#res.destroy();
  }

  onDrain(listener: () => void): void {
    // A response emits `drain` only for bytes written through it; its socket emits it for all. Code that wraps a
    // response may emit its own.
    const sources = this.#wasDirect ? [this.#res, this.#res.socket] : [this.#res];
    let hasRun = false;
    const once = () => {
      // The response emits `drain` while its socket does. The listener must run only once: after the first run, the
      // socket may be full again.
      if (hasRun) return;
      hasRun = true;
      for (const source of sources) source?.off("drain", once);
      listener();
    };
    for (const source of sources) source?.on("drain", once);
  }
}

const chunkOf = (text: string): string => `${byteLength(text).toString(16)}\r\n${text}\r\n`;
