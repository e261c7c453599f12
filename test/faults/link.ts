import { connect, type Socket } from "node:net";

/** How a connection breaks: closed in the middle (FIN) or reset (RST). */
export type Break = "end" | "reset";

export interface Cut {
  /** Bytes of the response that still get through. */
  readonly after: number;
  readonly how: Break;
}

/** The proxy's own response, as from a gateway without a server. */
export interface GatewayAnswer {
  readonly status: 502 | 503;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** The current faults of all connections. They are read for every chunk, so that changes affect open connections. */
export interface Weather {
  /** Bytes to the client are held back. */
  held: boolean;
  /** Bytes are sent one by one, each in its own packet. */
  bytewise: boolean;
  /** Nothing is read from the server, as if the client had stopped reading. */
  stalled: boolean;
  /** Requests use HTTP/1.0, so that the body has no framing and a cut looks like a normal end. */
  oldHttp: boolean;
  /** Responses to the next requests, one each. */
  readonly answers: GatewayAnswer[];
}

/** One client's connection through the proxy. */
export class Link {
  readonly #client: Socket;
  readonly #weather: Weather;
  readonly #port: () => number;
  #upstream: Socket | undefined;
  #cut: Cut | undefined;
  #silent = false;
  #passed = 0;
  #waiting: Buffer[] = [];
  #stepping = false;
  #breaking = false;

  constructor(client: Socket, weather: Weather, port: () => number) {
    this.#client = client.setNoDelay(true);
    this.#weather = weather;
    this.#port = port;
    client.on("data", (chunk: Buffer) => this.#fromClient(chunk));
    client.on("drain", () => this.#upstream && !weather.stalled && this.#upstream.resume());
    client.on("error", () => {});
    // A silent link doesn't report that the client has left: the connection is half-open.
    client.on("close", () => !this.#silent && this.#upstream?.destroy());
  }

  /** Whether the server can't learn that the client has left. */
  get isSilent(): boolean {
    return this.#silent;
  }

  /** From now on nothing passes in either direction, and neither side is notified. */
  silence(): void {
    this.#silent = true;
  }

  break(how: Break): void {
    if (how === "end") this.#client.end();
    else this.#client.resetAndDestroy();
    this.#upstream?.destroy();
    this.#waiting = [];
  }

  /** Breaks after this many more bytes. */
  cutAfter(bytes: number, how: Break): void {
    this.#cut = { after: this.#passed + bytes, how };
  }

  /** Applies the current faults. */
  settle(): void {
    if (this.#weather.stalled) this.#upstream?.pause();
    else this.#upstream?.resume();
    this.#flush();
  }

  destroy(): void {
    this.#client.destroy();
    this.#upstream?.destroy();
  }

  #fromClient(chunk: Buffer) {
    if (this.#silent) return;
    const answer = this.#weather.answers.shift();
    if (answer) return this.#answer(answer);
    if (this.#cut?.after === 0) return this.break(this.#cut.how);
    this.#upstream ??= this.#connect();
    const { oldHttp } = this.#weather;
    this.#upstream.write(
      oldHttp ? chunk.toString("latin1").replace(" HTTP/1.1\r\n", " HTTP/1.0\r\n") : chunk,
      "latin1",
    );
  }

  #connect(): Socket {
    const upstream = connect({ port: this.#port(), host: "127.0.0.1", noDelay: true });
    if (this.#weather.stalled) upstream.pause();
    upstream.on("data", (chunk: Buffer) => {
      this.#waiting.push(chunk);
      this.#flush();
    });
    upstream.on("end", () => this.#whenFlushed(() => this.#client.end()));
    upstream.on("error", () => !this.#silent && this.#client.resetAndDestroy());
    return upstream;
  }

  #answer({ status, retryAfter }: GatewayAnswer): void {
    const again = retryAfter === undefined ? "" : `Retry-After: ${retryAfter}\r\n`;
    const page = "<h1>Bad weather</h1>";
    this.#client.end(
      `HTTP/1.1 ${status} Bad weather\r\n${again}Content-Type: text/html\r\nContent-Length: ${page.length}\r\n` +
        `Connection: close\r\n\r\n${page}`,
    );
    this.#upstream?.destroy();
  }

  #flush() {
    if (this.#silent) this.#waiting = [];
    if (this.#weather.held || this.#stepping || this.#waiting.length === 0) return;
    if (!this.#weather.bytewise) return this.#write(Buffer.concat(this.#waiting.splice(0)));
    const [first, ...rest] = this.#waiting as [Buffer, ...Buffer[]];
    this.#waiting = first.length > 1 ? [first.subarray(1), ...rest] : rest;
    this.#stepping = true;
    this.#write(first.subarray(0, 1));
    setImmediate(() => {
      this.#stepping = false;
      this.#flush();
    });
  }

  #write(bytes: Buffer): void {
    if (this.#breaking) return;
    const room = this.#cut ? this.#cut.after - this.#passed : Number.POSITIVE_INFINITY;
    this.#passed += bytes.length;
    if (this.#cut && bytes.length >= room) {
      const { how } = this.#cut;
      this.#breaking = true;
      this.#client.write(bytes.subarray(0, room), () => this.break(how));
    } else if (!this.#client.write(bytes)) {
      this.#upstream?.pause();
    }
  }

  #whenFlushed(then: () => void): void {
    if (this.#waiting.length === 0 || this.#silent) then();
    // The held bytes of a client that has left are never released.
    else if (!this.#client.destroyed) setImmediate(() => this.#whenFlushed(then));
  }
}
