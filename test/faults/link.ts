import { connect, type Socket } from "node:net";

/** How a connection breaks: as one that is closed in the middle (FIN), or as one that is refused any further byte (RST). */
export type Break = "end" | "reset";

export interface Cut {
  /** Bytes of the answer that still come through. */
  readonly after: number;
  readonly how: Break;
}

/** An answer that the proxy gives by itself, as a gateway does that has no server behind it. */
export interface GatewayAnswer {
  readonly status: 502 | 503;
  /** Seconds. */
  readonly retryAfter?: number;
}

/** What is done to all connections now. Looked at for every chunk, so that a change reaches those that are open. */
export interface Weather {
  /** Bytes towards the client are kept back. */
  held: boolean;
  /** They go on one by one, each in a packet of its own. */
  bytewise: boolean;
  /** Nothing is read from the server: to it, the client has stopped reading. */
  stalled: boolean;
  /** The server is asked in HTTP/1.0, so that its body has no framing and a cut looks like a proper end. */
  oldHttp: boolean;
  /** Given to the next requests, one each. */
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
    // Who has fallen silent doesn't pass on that the client has gone either: that is what half-open means.
    client.on("close", () => !this.#silent && this.#upstream?.destroy());
  }

  /** Whether the server would not learn that the client has gone. */
  get isSilent(): boolean {
    return this.#silent;
  }

  /** From now on nothing passes, either way, and nobody is told. */
  silence(): void {
    this.#silent = true;
  }

  break(how: Break): void {
    if (how === "end") this.#client.end();
    else this.#client.resetAndDestroy();
    this.#upstream?.destroy();
    this.#waiting = [];
  }

  /** Breaks after so many bytes more. */
  cutAfter(bytes: number, how: Break): void {
    this.#cut = { after: this.#passed + bytes, how };
  }

  /** Does what the weather says now. */
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
    // Of who has gone, what is held back is held for ever.
    else if (!this.#client.destroyed) setImmediate(() => this.#whenFlushed(then));
  }
}
