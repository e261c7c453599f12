import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { canonicalJson } from "@sluice/contract";
import type { Frame } from "@sluice/contract/wire";
import type { DisconnectFilter } from "@sluice/server";
import { type Access, type Credentials, credentialsIn, tagsOf } from "./access.js";
import { AnswerDecoder } from "./answer-decoder.js";

/** One request and its answer, as the server's side of the socket has it. */
export interface Exchange {
  readonly credentials: Credentials;
  /** A stream that can still be written to, as far as its server can know. */
  readonly isOpen: boolean;
  /** The code of the error that its stream ended with, `"end"`, or `undefined`. */
  readonly end: string | undefined;
}

/** Everything that one server hands over, and to whom. */
export interface Ledger {
  /** Answers that are not through, and those that have yet to begin. */
  readonly exchanges: ReadonlySet<Exchange>;
  readonly open: readonly Exchange[];
}

export interface LedgerOptions {
  readonly access: Access;
  readonly blame: (what: string) => void;
  /** Told of every answer that is no stream, before it is taken from the exchanges. */
  readonly onRefusal: (status: number, exchange: Exchange) => void;
}

/** Writes down what goes to every socket of a server, at the moment at which the server hands it over. */
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

/** Whether a filter means a stream, by what the documentation says of filters. */
export function isMeant({ tag, path, key }: DisconnectFilter, { topic, ...who }: Subscriber): boolean {
  if (tag !== undefined && !tagsOf(who).includes(tag)) return false;
  if (path !== undefined && topic.split("?", 1)[0] !== path) return false;
  return key === undefined || topic === `${path}?${canonicalJson(key)}`;
}
