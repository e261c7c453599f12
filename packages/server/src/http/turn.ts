import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Lifetime } from "../time/lifetime.js";

/** What waits on a connection behind the answer that has its turn. */
interface Line {
  requests: number;
  /** Of their bodies. */
  bytes: number;
}

const lines = new WeakMap<Socket, Line>();

/** Most requests that wait on one connection. No browser or proxy sends any; tools that measure servers send some tens. */
const mostRequests = 100;

/**
 * Until it is a response's turn on its connection, or its lifetime is over. `undefined`: it is its turn. Answers come in the order of
 * the requests, so what a client sends behind a stream may wait for ever, and whoever sends much of it loses the connection.
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
  if (!isBehind(res, socket) || lifetime.over) return undefined;
  const line = lines.get(socket) ?? { requests: 0, bytes: 0 };
  lines.set(socket, line);
  const bytes = bodyBytes(req, maxBytes);
  line.requests++;
  line.bytes += bytes;
  if (line.requests > mostRequests || line.bytes > maxBytes) socket.destroy();
  return new Promise<void>((resolve) => {
    res.once("socket", resolve);
    lifetime.watch({ onEnd: resolve });
  }).finally(() => {
    line.requests--;
    line.bytes -= bytes;
  });
}

/** Node names on a socket the response whose turn it is, and gives a response its socket when its turn has come. */
function isBehind(res: ServerResponse, socket: Socket & { readonly _httpMessage?: unknown }): boolean {
  return res.socket === null && Boolean(socket._httpMessage) && socket._httpMessage !== res;
}

/** One whose length isn't told may be as long as it likes. */
const bodyBytes = ({ headers }: IncomingMessage, maxBytes: number): number =>
  headers["transfer-encoding"] === undefined ? Number(headers["content-length"] ?? 0) : maxBytes;
