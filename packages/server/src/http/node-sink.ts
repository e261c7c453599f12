import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Sink } from "../stream/sink.js";
import type { DirectSocket } from "../topic/direct-subscribers.js";
import type { SharedBytes } from "../topic/shared-bytes.js";
import { straightWay, versionOf, watchWrite, writeUnseen } from "./straight-way.js";

/**
 * A response's body. Bytes that many connections share skip the response and go to its socket as they are, ready framed:
 * of what a delivery costs, the rest is the system call. Tools that look at what a response writes are not skipped.
 */
export class NodeSink implements Sink {
  readonly #res: ServerResponse;
  /** Set if it was found, at this version, that nothing stands between response and socket. */
  #socket: Socket | undefined;
  #version = 0;
  #versionNow: (() => number) | undefined;
  /** Something may have gone past the response. */
  #wasDirect = false;

  constructor(res: ServerResponse) {
    this.#res = res;
  }

  write(text: string | Uint8Array): boolean {
    return this.#wasDirect && this.direct() ? writeUnseen(this.#res, text) : this.#res.write(text);
  }

  writeShared({ plain, chunked }: SharedBytes): boolean {
    const socket = this.direct();
    return socket ? socket.write(chunked) : this.#res.write(plain);
  }

  direct(): (DirectSocket & Socket) | undefined {
    const version = this.directVersion();
    if (this.#socket && this.#version === version) return this.#socket;
    this.#socket = straightWay(this.#res);
    this.#version = version;
    if (this.#socket) {
      this.#wasDirect = true;
      watchWrite(this.#res);
    }
    return this.#socket;
  }

  get directVersion(): () => number {
    this.#versionNow ??= versionOf(this.#res);
    return this.#versionNow;
  }

  end(): void {
    this.#res.end();
  }

  destroy(): void {
    this.#res.destroy();
  }

  onDrain(listener: () => void): void {
    // A response tells only of what was written through it, its socket of both; whoever wraps a response tells of his own.
    const sources = this.#wasDirect ? [this.#res, this.#res.socket] : [this.#res];
    let isTold = false;
    const once = () => {
      // A response tells of its socket's drain amid the socket's telling: the same would be told twice, and the second time it may be full.
      if (isTold) return;
      isTold = true;
      for (const source of sources) source?.off("drain", once);
      listener();
    };
    for (const source of sources) source?.on("drain", once);
  }
}
