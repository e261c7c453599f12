import type { IncomingMessage, ServerResponse } from "node:http";
import { SluiceError } from "@sluice/contract";
import type { Sink } from "../connection/sink.js";
import type { Exchange, Reply } from "./exchange.js";
import { onSocketEnd } from "./socket-end.js";

export interface NodeRequestOptions {
  /** The path and query below the base, in origin form. */
  readonly url: string;
  /** The parsed body, where a body parser was there first. */
  readonly body?: unknown;
  context(): unknown;
}

/** An exchange over `node:http`, for every adapter that has its requests from there. */
export function nodeExchange(req: IncomingMessage, res: ServerResponse, options: NodeRequestOptions): Exchange {
  const { url, body, context } = options;
  const mark = url.indexOf("?");
  const path = mark === -1 ? url : url.slice(0, mark);
  return {
    method: req.method ?? "GET",
    path: path.startsWith("/") ? path.slice(1) : "",
    search: new URLSearchParams(mark === -1 ? "" : url.slice(mark + 1)),
    header: (name) => {
      const value = req.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    json: async (maxBytes) => {
      if (Number(req.headers["content-length"]) > maxBytes) throw tooLong(maxBytes);
      return body === undefined ? parseJson(await readAll(req, maxBytes)) : body;
    },
    context,
    reply: nodeReply(req, res),
  };
}

/** A request target without scheme and host, which the absolute form has. */
export const originForm = (target: string): string => target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "");

function nodeReply({ socket }: IncomingMessage, res: ServerResponse): Reply {
  const abort = new AbortController();
  // An answer that waits behind another one on its connection is not told when that closes.
  const stop = onSocketEnd(socket, () => abort.abort());
  res.once("close", () => {
    stop();
    abort.abort();
  });
  res.on("error", () => abort.abort()); // an error without a listener would end the process
  if (res.destroyed || socket.destroyed) abort.abort();
  const gone = () => res.headersSent || res.destroyed;
  return {
    abort,
    send(status, headers, body) {
      if (gone()) return;
      res.writeHead(status, {
        ...headers,
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      });
      res.end(body);
    },
    stream(headers) {
      if (!gone()) {
        res.writeHead(200, headers);
        res.flushHeaders();
      }
      return nodeSink(res);
    },
  };
}

function nodeSink(res: ServerResponse): Sink {
  return {
    write: (chunk) => res.write(chunk),
    end: () => res.end(),
    destroy: () => res.destroy(),
    onDrain: (listener) => res.on("drain", listener),
  };
}

async function readAll(req: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Destroying the request would destroy the connection, and with it the answer.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxBytes) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new SluiceError("badRequest", { message: "The body broke off", cause });
  }
  if (size > maxBytes) throw tooLong(maxBytes);
  return Buffer.concat(chunks).toString("utf8");
}

const tooLong = (maxBytes: number) =>
  new SluiceError("payloadTooLarge", { message: `The body is longer than ${maxBytes} bytes` });

function parseJson(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text);
  } catch {
    throw new SluiceError("badRequest", { message: "The body is not JSON" });
  }
}
