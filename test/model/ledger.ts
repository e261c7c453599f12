import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { canonicalJson } from "@sluice/contract/internal";
import type { Frame } from "@sluice/contract/wire";
import type { DisconnectFilter } from "@sluice/server";
import { type Access, type Credentials, credentialsIn, tagsOf } from "./access.js";
import { AnswerDecoder } from "./answer-decoder.js";

/** A subscription that is served, on a stream of its own or in a lane. */
export interface Served {
  readonly credentials: Credentials;
  /** Whether it is on a stream that its server considers writable, and has not ended. */
  readonly isOpen: boolean;
  /** The code of the error that ended it, `"end"`, or `undefined`. */
  readonly end: string | undefined;
  /** What is written to lanes in a turn goes to their socket at its end. */
  readonly isLane: boolean;
}

/** One request and its response, as seen on the server's side of the socket. */
export interface Exchange extends Served {
  /** What is served: it, or the lanes of its stream. */
  readonly served: readonly Served[];
}

/** Everything that one server sends, by receiver. */
export interface Ledger {
  /** Responses that have not begun or not ended. */
  readonly exchanges: ReadonlySet<Exchange>;
  /** Those that are open streams. */
  readonly open: readonly Exchange[];
  /** The subscriptions that are served on them. */
  readonly served: readonly Served[];
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

  /** Follows what is sent to one subscription. */
  function serve(credentials: Credentials, isWritable: () => boolean, isLane: boolean) {
    const name = `the stream of ${credentials.session} (${credentials.topic})`;
    let end: string | undefined;
    const served: Served = {
      credentials,
      isLane,
      get isOpen() {
        return end === undefined && isWritable();
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
      const complaint = access.complaintOf(credentials, isLane);
      if (complaint !== undefined) blame(`${name} was handed ${describe(frame)} after ${complaint}`);
    }
    return { served, onFrame };
  }

  function begin(req: IncomingMessage, res: ServerResponse): Exchange {
    const { socket, headers, url = "" } = req;
    const credentials = credentialsIn(headers);
    const isWritable = () => status === 200 && !res.writableEnded && exchanges.has(exchange) && socket.writable;
    const whole = serve(credentials, isWritable, false);
    const lanes = new Map<number, ReturnType<typeof serve>>();
    const isMultiplexed = url.endsWith("/$streams");
    const body = isMultiplexed ? bodyOf(req) : undefined;
    let status: number | undefined;
    const exchange: Exchange = {
      credentials,
      isLane: false,
      get isOpen() {
        return whole.served.isOpen;
      },
      get end() {
        return whole.served.end;
      },
      get served() {
        return isMultiplexed ? [...lanes.values()].map(({ served }) => served) : [exchange];
      },
    };
    function onFrame(frame: Frame) {
      const lane = "lane" in frame ? frame.lane : undefined;
      if (lane === undefined) return whole.onFrame(frame);
      if (frame.kind === "open") {
        const topic = topicOf(body?.() ?? [], frame.subscriptions?.[0] ?? -1);
        if (lanes.has(lane)) blame(`the stream of ${credentials.session} has the lane ${lane} twice`);
        lanes.set(lane, serve({ ...credentials, topic }, isWritable, true));
      }
      lanes.get(lane)?.onFrame(frame);
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
    get served() {
      return [...exchanges].flatMap(({ served }) => served).filter(({ isOpen }) => isOpen);
    },
  };
}

/** Reads along, without taking anything from who reads. */
function bodyOf(req: IncomingMessage): () => readonly Asked[] {
  const chunks: Buffer[] = [];
  const emit = req.emit.bind(req) as (...args: unknown[]) => boolean;
  req.emit = (...args: unknown[]) => {
    if (args[0] === "data") chunks.push(args[1] as Buffer);
    return emit(...args);
  };
  return () => JSON.parse(Buffer.concat(chunks).toString()).subscriptions;
}

type Asked = { readonly path: string; readonly input?: Readonly<Record<string, unknown>> };

/** The topic of a subscription in a request for several. A run's is named by its key alone. */
function topicOf(all: readonly Asked[], index: number): string {
  const { path, input } = all[index] as Asked;
  if (input === undefined) return path;
  return `${path}?${canonicalJson("run" in input ? { run: input["run"] } : input)}`;
}

const describe = (frame: Frame) => (frame.kind === "event" ? `${frame.data} at ${frame.id}` : `$${frame.kind}`);

type Subscriber = Pick<Credentials, "session" | "user" | "topic">;

/** Whether a filter selects a stream, according to the documentation. */
export function isMeant({ tag, path, key }: DisconnectFilter, { topic, ...who }: Subscriber): boolean {
  if (tag !== undefined && !tagsOf(who).includes(tag)) return false;
  if (path !== undefined && topic.split("?", 1)[0] !== path) return false;
  return key === undefined || topic === `${path}?${canonicalJson(key)}`;
}
