import { connect, type Socket } from "node:net";
import { Scanner } from "./scanner.ts";
import type { StreamRequest } from "./service.ts";

export interface StreamOptions {
  readonly port: number;
  readonly request: StreamRequest;
  /** The number of the first expected event. */
  readonly first: number;
  /** How many `$live` frames it has when it is open. Default: it is open when its headers have come. */
  readonly live?: number;
  /** Called with how many events came. */
  readonly onEvents?: (count: number) => void;
  readonly onError: (error: Error) => void;
}

const liveFrame = Buffer.from("$live\n");

// Read at once and to the end, so that all sockets can share it.
const buffer = Buffer.allocUnsafe(256 * 1024);

/** One raw HTTP/1.1 stream, with minimal work per byte. */
export class Stream {
  readonly opened: Promise<void>;
  readonly closed: Promise<void>;
  readonly scanner: Scanner;
  readonly #socket: Socket;
  #head: string | undefined = "";
  /** How many `$live` frames are still to come. */
  #live: number;
  /** The end of the last bytes, while such frames are to come. */
  #last = Buffer.alloc(0);

  constructor({ port, request, first, live = 0, onEvents, onError }: StreamOptions) {
    this.scanner = new Scanner(first);
    this.#live = live;
    let open = () => {};
    this.opened = new Promise((resolve) => (open = resolve));
    const callback = (length: number): boolean => {
      try {
        const bytes = this.#head === undefined ? buffer.subarray(0, length) : this.#afterHead(length);
        if (bytes && this.#live >= 0) this.#countLive(bytes, open);
        const count = bytes ? this.scanner.push(bytes) : 0;
        if (count > 0) onEvents?.(count);
      } catch (error) {
        this.close();
        onError(error as Error);
      }
      return true;
    };
    this.#socket = connect({ host: "127.0.0.1", port, onread: { buffer, callback } });
    this.#socket.on("connect", () => this.#socket.write(requestText(port, request)));
    this.#socket.on("error", onError);
    this.closed = new Promise((resolve) => this.#socket.on("close", () => resolve()));
  }

  close(): void {
    this.#socket.destroy();
  }

  #countLive(chunk: Buffer, open: () => void): void {
    const bytes = Buffer.concat([this.#last, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(liveFrame); at !== -1; at = bytes.indexOf(liveFrame, from)) {
      from = at + liveFrame.length;
      this.#live--;
    }
    this.#last = Buffer.from(bytes.subarray(Math.max(from, bytes.length - liveFrame.length + 1)));
    if (this.#live > 0) return;
    this.#live = -1;
    open();
  }

  #afterHead(length: number): Buffer | undefined {
    const head = this.#head + buffer.toString("latin1", 0, length);
    const end = head.indexOf("\r\n\r\n");
    this.#head = head;
    if (end === -1) return undefined;
    if (!head.startsWith("HTTP/1.1 200")) throw new Error(`The server answered: ${head.slice(0, 500)}`);
    this.#head = undefined;
    return Buffer.from(head.slice(end + 4), "latin1");
  }
}

export function requestText(port: number, { method = "GET", path, headers = {}, body = "" }: StreamRequest): string {
  const all = { host: `127.0.0.1:${port}`, accept: "text/event-stream", ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  if (body !== "") lines.push(`content-length: ${Buffer.byteLength(body)}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}
