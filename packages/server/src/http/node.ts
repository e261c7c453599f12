import type { IncomingMessage, ServerResponse } from "node:http";
import type { BodySink } from "../stream/sink.js";
import { Lifetime } from "../time/lifetime.js";
import type { Exchange, Reply } from "./exchange.js";
import { jsonBodyOf } from "./node-body.js";
import { NodeSink } from "./node-sink.js";
import { endWithSocket, unwatchSocket } from "./socket-end.js";
import { Target } from "./target.js";
import { turnOf } from "./turn.js";

export interface NodeRequestOptions {
  /** The path and query below the base, in origin form. */
  readonly url: string;
  context(): unknown;
  client(context: object): string | undefined;
}

/** An exchange over `node:http`, for all adapters that receive its requests. */
export class NodeExchange implements Exchange {
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;
  #reply: NodeReply | undefined;
  readonly #target: Target;
  readonly #options: NodeRequestOptions;

  constructor(req: IncomingMessage, res: ServerResponse, options: NodeRequestOptions) {
    this.#req = req;
    this.#res = res;
    this.#target = new Target(options.url);
    this.#options = options;
  }

  get method(): string {
    return this.#req.method ?? "GET";
  }

  /** Created on first use: a request that goes on to the next handler must be unchanged. */
  get reply(): Reply {
    this.#reply ??= new NodeReply(this.#req, this.#res);
    return this.#reply;
  }

  get path(): string {
    return this.#target.path;
  }

  get search(): URLSearchParams {
    return this.#target.search;
  }

  header(name: string): string | undefined {
    const value = this.#req.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  json(maxBytes: number): Promise<unknown> {
    return jsonBodyOf(this.#req, maxBytes);
  }

  context(): unknown {
    return this.#options.context();
  }

  client(context: object): string | undefined {
    return this.#options.client(context);
  }
}

class NodeReply implements Reply {
  readonly lifetime = new Lifetime();
  readonly #req: IncomingMessage;
  readonly #res: ServerResponse;

  constructor(req: IncomingMessage, res: ServerResponse) {
    const { socket } = req;
    this.#req = req;
    this.#res = res;
    // Node does not tell a response that waits behind another one when the connection closes.
    endWithSocket(this.lifetime, socket);
    const watched: WatchedResponse = res;
    watched[lifetimeOf] = this.lifetime;
    // `prefinish`: once the response is ended, the socket belongs to the next one, even before `close`.
    watched.on("prefinish", endLifetime).on("close", endLifetime);
    watched.on("error", endLifetime); // an error without a listener would end the process
    if (res.destroyed || socket.destroyed) endLifetime.call(watched);
  }

  turn(maxBytes: number): Promise<void> | undefined {
    return turnOf(this.#req, this.#res, this.lifetime, maxBytes);
  }

  send(status: number, headers: Readonly<Record<string, string>>, body?: string): void {
    if (this.#gone) return;
    const all: Record<string, string | number> = { ...headers };
    if (body !== undefined) all["content-length"] = Buffer.byteLength(body);
    // HTTP/2 has no such header, and Node warns of it.
    if (this.#req.httpVersionMajor > 1) delete all["connection"];
    this.#res.writeHead(status, all).end(body);
  }

  stream(headers: Readonly<Record<string, string>>): BodySink {
    if (!this.#gone) flattenHead(this.#res.writeHead(200, headers));
    return new NodeSink(this.#res);
  }

  get #gone(): boolean {
    return this.#res.headersSent || this.#res.destroyed;
  }
}

/** Its listeners find the lifetime on the response: with ten thousand open, a closure for each counts. */
const lifetimeOf = Symbol("lifetime of a response");

type WatchedResponse = ServerResponse & { [lifetimeOf]?: Lifetime };

function endLifetime(this: WatchedResponse): void {
  const lifetime = this[lifetimeOf];
  if (!lifetime) return;
  unwatchSocket(lifetime, this.req.socket);
  lifetime.end();
}

/**
 * An open response keeps its head as a rope of about thirty short strings. Reading a character flattens it, which saves
 * 600 bytes per open stream. `_header` is Node's private field: if it is missing, this does nothing.
 */
function flattenHead({ _header: head }: ServerResponse & { readonly _header?: unknown }): void {
  if (typeof head === "string") head.charCodeAt(0);
}
