import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream";

/** What belongs to a connection, and not to a request. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/**
 * A proxy that sends each request to the next server. Answers go through as they come, so streams are not buffered. A server that refuses
 * the connection is passed over at once. If one dies later, its answers are cut: clients of streams resume at another one.
 *
 * @param ports of the servers that are up, now
 */
export function roundRobin(ports: () => readonly number[]): Server {
  let turn = 0;

  function pass(req: IncomingMessage, res: ServerResponse, tried: readonly number[]): void {
    const untried = ports().filter((port) => !tried.includes(port));
    const port = untried[turn++ % untried.length];
    if (port === undefined) return void res.writeHead(502, { "retry-after": "1" }).end();
    const { method, url: path, headers } = req;
    // Without an agent, each request has a connection of its own: whether the server is there is known before anything is sent.
    const passed = request({ host: "127.0.0.1", port, method, path, headers: endToEnd(headers), agent: false });
    let isSent = false;
    passed.once("socket", (socket) =>
      socket.once("connect", () => {
        isSent = true;
        pipeline(req, passed, () => {});
      }),
    );
    passed.on("response", (answer) => {
      res.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
      res.flushHeaders();
      pipeline(answer, res, () => {});
    });
    passed.on("error", () => {
      if (!isSent) pass(req, res, [...tried, port]);
      else if (!res.headersSent) res.writeHead(502, { "retry-after": "1" }).end();
      else res.destroy();
    });
    res.once("close", () => passed.destroy());
  }

  return createServer((req, res) => pass(req, res, []));
}

const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.includes(name)));
