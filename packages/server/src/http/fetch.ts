import type { Exchange } from "./exchange.js";
import { jsonOfRequest } from "./fetch-body.js";
import type { FetchReply } from "./fetch-reply.js";
import { Target } from "./target.js";

export interface FetchRequestOptions {
  /** The path and query below the base, in origin form. */
  readonly url: string;
  readonly reply: FetchReply;
  /** Milliseconds after which the platform cuts the response. */
  readonly maxDuration: number | undefined;
  context(): unknown;
  client(context: object): string | undefined;
}

/** An exchange over a `Request` and its `Response`. */
export class FetchExchange implements Exchange {
  readonly reply: FetchReply;
  readonly #request: Request;
  readonly #target: Target;
  readonly #options: FetchRequestOptions;
  readonly #cutAt: number | undefined;

  constructor(request: Request, options: FetchRequestOptions) {
    const { url, reply, maxDuration } = options;
    this.reply = reply;
    this.#request = request;
    this.#target = new Target(url);
    this.#options = options;
    this.#cutAt = maxDuration === undefined ? undefined : performance.now() + maxDuration;
  }

  get method(): string {
    return this.#request.method;
  }

  get path(): string {
    return this.#target.path;
  }

  get search(): URLSearchParams {
    return this.#target.search;
  }

  get cutAfter(): number | undefined {
    return this.#cutAt === undefined ? undefined : this.#cutAt - performance.now();
  }

  header(name: string): string | undefined {
    return this.#request.headers.get(name) ?? undefined;
  }

  json(maxBytes: number): Promise<unknown> {
    return jsonOfRequest(this.#request, maxBytes);
  }

  context(): unknown {
    return this.#options.context();
  }

  client(context: object): string | undefined {
    return this.#options.client(context);
  }
}
