import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { encodeFrame, type Frame, type OpenFrame } from "@sluice/contract/wire";

/** A request that the test answers line by line. */
export interface ScriptedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Sends headers and `retry:` (default: 1,000). */
  begin(retry?: number): ScriptedRequest;
  /** Sends headers, `retry:` (default: 1,000) and `$open`. */
  open(frame?: Partial<OpenFrame>, retry?: number): ScriptedRequest;
  send(...frames: Frame[]): ScriptedRequest;
  /** Writes the chunks as they are, each by itself. */
  raw(...chunks: (string | Uint8Array)[]): ScriptedRequest;
  /** Ends the body without an `$end`. */
  cut(): void;
  /** Destroys the socket. */
  destroy(): void;
  answer(status: number, headers?: Record<string, string>, body?: unknown): void;
  /** Whether the client has gone. */
  readonly isGone: boolean;
  /** Bytes that are still buffered. */
  readonly unsent: number;
}

export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  /** The next request that the test hasn't taken. */
  next(): Promise<ScriptedRequest>;
  close(): Promise<void>;
}

/** A server on real sockets whose responses the test writes. */
export async function startScriptedServer(): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  const waiting: ((request: ScriptedRequest) => void)[] = [];
  let seen = 0;
  const server = createServer(async (incoming, response) => {
    const request = await script(incoming, response);
    requests.push(request);
    waiting.shift()?.(request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/api`,
    requests,
    next() {
      const request = requests[seen++];
      return request ? Promise.resolve(request) : new Promise((resolve) => waiting.push(resolve));
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function script(incoming: IncomingMessage, response: ServerResponse): Promise<ScriptedRequest> {
  const { socket } = incoming;
  const url = new URL(incoming.url ?? "/", "http://local");
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  let isGone = false;
  response.on("close", () => {
    isGone = !response.writableFinished;
  });
  const request: ScriptedRequest = {
    method: incoming.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: text === "" ? undefined : JSON.parse(text),
    begin(retry = 1_000) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      return request.send({ kind: "retry", ms: retry });
    },
    open(frame = {}, retry) {
      const open: OpenFrame = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, ...frame };
      return request.begin(retry).send(open);
    },
    send: (...frames) => request.raw(frames.map(encodeFrame).join("")),
    raw(...chunks) {
      for (const chunk of chunks) response.write(chunk);
      return request;
    },
    cut: () => void response.end(),
    destroy: () => void socket.destroy(),
    answer(status, headers = {}, body) {
      const type = headers["content-type"] ?? (status >= 400 ? "application/problem+json" : "application/json");
      response.writeHead(status, { ...(body === undefined ? {} : { "content-type": type }), ...headers });
      response.end(typeof body === "string" || body === undefined ? body : JSON.stringify(body));
    },
    get isGone() {
      return isGone;
    },
    get unsent() {
      return response.writableLength + socket.writableLength;
    },
  };
  return request;
}
