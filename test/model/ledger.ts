import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { canonicalJson } from "@sluice/contract";
import type { Frame } from "@sluice/contract/wire";
import type { DisconnectFilter } from "@sluice/server";
import { type Access, type Credentials, credentialsIn, tagsOf } from "./access.js";
import { AnswerDecoder } from "./answer-decoder.js";

/** One request and its response, as seen on the server's side of the socket. */
export interface Exchange {
  readonly credentials: Credentials;
  /** Whether it is a stream that its server considers writable. */
  readonly isOpen: boolean;
  /** The code of the error that ended its stream, `"end"`, or `undefined`. */
  readonly end: string | undefined;
}

/** Everything that one server sends, by receiver. */
export interface Ledger {
  /** Responses that have not begun or not ended. */
  readonly exchanges: ReadonlySet<Exchange>;
  readonly open: readonly Exchange[];
}

export interface LedgerOptions {
  readonly access: Access;
  readonly blame: (what: string) => void;
  /** Called for every response that is not a stream, before it is removed from the exchanges. */
  readonly onRefusal: (status: number, exchange: Exchange) => void;
}

/** Records what a server writes to its sockets, at the time of the write. */
export function keepLedger(server: Server, { access, blame, onRefusal }: LedgerOptions): Ledger {
  const exchanges = new Set<Exchange>();
  const current = new WeakMap<Socket, (bytes: Buffer) => void>();

  function begin({ socket, headers }: IncomingMessage, res: ServerResponse): Exchange {
    const credentials = credentialsIn(headers);
    const name = `the stream of ${credentials.session} (${credentials.topic})`;
    let status: number | undefined;
    let end: string | undefined;
    const exchange: Exchange = {
      credentials,
      get isOpen() {
        return status === 200 && end === undefined && !res.writableEnded && exchanges.has(exchange) && socket.writable;
      },
      get end() {
        return end;
      },
    };
    function onFrame(frame: Frame) {
      if (end !== undefined) return blame(`${name} was handed ${describe(frame)} after its end (${end})`);
      if (frame.kind === "error") end = frame.code;
      if (frame.kind === "end") end = "end";
      if (frame.kind !== "event" && frame.kind !== "snapshot") return;
      const complaint = access.complaintOf(credentials);
      if (complaint !== undefined) blame(`${name} was handed ${describe(frame)} after ${complaint}`);
    }
    const answer = new AnswerDecoder({
      onStatus(given) {
        status = given;
        if (given !== 200) onRefusal(given, exchange);
      },
      onFrame,
    });
    exchanges.add(exchange);
    current.set(socket, (bytes) => answer.push(bytes));
    return exchange;
  }

  server.on("connection", (socket: Socket) => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (chunk: string | Uint8Array, ...rest: unknown[]) => {
      const encoding = typeof rest[0] === "string" ? (rest[0] as BufferEncoding) : "utf8";
      current.get(socket)?.(typeof chunk === "string" ? Buffer.from(chunk, encoding) : Buffer.from(chunk));
      return write(chunk, ...rest);
    };
  });
  server.prependListener("request", (req, res) => {
    const exchange = begin(req, res);
    res.once("close", () => exchanges.delete(exchange));
  });

  return {
    exchanges,
    get open() {
      return [...exchanges].filter(({ isOpen }) => isOpen);
    },
  };
}

const describe = (frame: Frame) => (frame.kind === "event" ? `${frame.data} at ${frame.id}` : `$${frame.kind}`);

type Subscriber = Pick<Credentials, "session" | "user" | "topic">;

/** Whether a filter selects a stream, according to the documentation. */
export function isMeant({ tag, path, key }: DisconnectFilter, { topic, ...who }: Subscriber): boolean {
  if (tag !== undefined && !tagsOf(who).includes(tag)) return false;
  if (path !== undefined && topic.split("?", 1)[0] !== path) return false;
  return key === undefined || topic === `${path}?${canonicalJson(key)}`;
}
