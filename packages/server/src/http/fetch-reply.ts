import type { BodySink } from "../stream/sink.js";
import { Lifetime } from "../time/lifetime.js";
import type { Reply } from "./exchange.js";
import type { FetchCall } from "./fetch-call.js";
import { keepOpen, watchClient } from "./fetch-runtime.js";
import { FetchSink } from "./fetch-sink.js";

/** A reply as a `Response`. */
export class FetchReply implements Reply {
  readonly lifetime = new Lifetime();
  /** Rejects if a client in this process leaves before. */
  readonly response: Promise<Response>;
  readonly #call: FetchCall;
  #resolve!: (response: Response) => void;
  #reject!: (reason: unknown) => void;
  #sink: FetchSink | undefined;
  #isSent = false;

  constructor(call: FetchCall) {
    this.#call = call;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { rest, signal } = call;
    watchClient(rest[0], this.lifetime);
    const onAbort = () => signal && this.#onAbort(signal);
    signal?.addEventListener("abort", onAbort);
    this.lifetime.watch({
      onEnd: () => {
        signal?.removeEventListener("abort", onAbort); // the signal may outlive the request
        this.close(); // what the handler waits for may never come
      },
    });
    if (signal?.aborted) onAbort();
  }

  turn(): undefined {}

  send(status: number, headers: Readonly<Record<string, string>>, body?: string): void {
    if (this.#isSent) return;
    // The connection is the runtime's, and HTTP/2 has no such header.
    const { connection: _, ...rest } = headers;
    const hasBody = this.#call.request.method !== "HEAD" && body !== undefined;
    this.#respond(new Response(hasBody ? body : null, { status, headers: rest }));
    this.lifetime.end();
  }

  stream(headers: Readonly<Record<string, string>>): BodySink {
    const sink = new FetchSink(() => this.lifetime.end());
    this.#sink = sink;
    keepOpen(this.#call.request, this.#call.rest[0]);
    this.#respond(new Response(sink.body, { headers }));
    return sink;
  }

  /** To be called after the handler, or in its place: the client left before there was something to send. */
  close(): void {
    if (!this.#isSent) this.send(clientClosedRequest, {});
  }

  #respond(response: Response): void {
    this.#isSent = true;
    this.#resolve(response);
  }

  #onAbort({ reason }: AbortSignal): void {
    if (this.#call.isInProcess) {
      this.#reject(reason);
      this.#sink?.destroy(reason);
    } else {
      // Runtimes cancel the body themselves, but who called with a `Request` in this process would wait for its end.
      this.#sink?.end();
    }
    this.lifetime.end();
  }
}

/** As nginx logs it. Nobody is there to read it. */
const clientClosedRequest = 499;
