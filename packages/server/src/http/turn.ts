import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Lifetime } from "../time/lifetime.js";

/** The requests that wait on a connection behind its current response. */
interface Waiting {
  requests: number;
  /** The total length of their bodies. */
  bytes: number;
}

const waitingOn = new WeakMap<Socket, Waiting>();

/**
 * Most requests that wait on one connection. Browsers and proxies do not pipeline; load-testing tools send some tens.
 */
const maxRequests = 100;

/**
 * Waits until the responses ahead on this connection are sent, or the lifetime ends. `undefined`: nothing is ahead.
 * HTTP/1.1 answers requests in order, so a request behind a stream may wait forever. A client that pipelines too much
 * loses its connection.
 *
 * @param maxBytes most bytes of bodies that wait on one connection
 */
export function turnOf(
  req: IncomingMessage,
  res: ServerResponse,
  lifetime: Lifetime,
  maxBytes: number,
): Promise<void> | undefined {
  const { socket } = req;
  if (!hasToWait(res, socket) || lifetime.over) return undefined;
  const waiting = waitingOn.get(socket) ?? { requests: 0, bytes: 0 };
  waitingOn.set(socket, waiting);
  const bytes = bodyBytes(req, maxBytes);
  waiting.requests++;
  waiting.bytes += bytes;
  if (waiting.requests > maxRequests || waiting.bytes > maxBytes) socket.destroy();
  return new Promise<void>((resolve) => {
    res.once("socket", resolve);
    lifetime.watch({ onEnd: resolve });
  }).finally(() => {
    waiting.requests--;
    waiting.bytes -= bytes;
  });
}

/** Node stores the current response on the socket, and gives a response its socket when its turn comes. */
function hasToWait(res: ServerResponse, socket: Socket & { readonly _httpMessage?: unknown }): boolean {
  return res.socket === null && Boolean(socket._httpMessage) && socket._httpMessage !== res;
}

/** A chunked body has no declared length, so it counts as the maximum. */
const bodyBytes = ({ headers }: IncomingMessage, maxBytes: number): number =>
  headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : maxBytes;
