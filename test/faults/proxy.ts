import { type AddressInfo, createServer } from "node:net";
import { type Break, type Cut, type GatewayAnswer, Link, type Weather } from "./link.js";

/** A TCP proxy that simulates faults of networks and gateways on request. */
export interface FaultyProxy {
  readonly port: number;
  /** Total number of connections with a request. */
  readonly connections: number;
  /** Number of open connections. */
  readonly open: number;
  /** Number of cuts of `cutNext` that have not happened yet. */
  readonly cutsLeft: number;
  /** Number of responses of `answer` that have not been sent yet. */
  readonly answersLeft: number;
  /** Sends new connections to the server on this port. A function chooses the port for each connection. */
  forwardTo(target: number | (() => number)): void;
  /** Breaks all open connections after this many more bytes. Default: at once. */
  cut(how: Break, bytes?: number): void;
  /** Breaks the next connections with a request, each after its own number of bytes. */
  cutNext(...cuts: readonly Cut[]): void;
  /** Answers the next requests with these responses. */
  answer(...answers: readonly GatewayAnswer[]): void;
  /** Silences all connections for good, including new ones until `hear`. */
  silence(): void;
  hear(): void;
  /** Simulates a lost network: resets all open connections, and new ones until `find`. */
  lose(): void;
  find(): void;
  set(weather: Partial<Omit<Weather, "answers">>): void;
  /** Stops all faults. Broken connections stay broken. */
  heal(): void;
  close(): Promise<void>;
}

const portOf = (target: number | (() => number)) => (typeof target === "function" ? target : () => target);

export async function startProxy(target: number | (() => number)): Promise<FaultyProxy> {
  const weather: Weather = { held: false, bytewise: false, stalled: false, oldHttp: false, answers: [] };
  const links = new Set<Link>();
  const cuts: Cut[] = [];
  let port = portOf(target);
  let silent = false;
  let lost = false;
  let connections = 0;

  const server = createServer((socket) => {
    if (lost) return void socket.on("error", () => {}).resetAndDestroy();
    // Not earlier: for each aborted stream, Node's fetch opens a connection without any request.
    socket.once("data", () => {
      connections++;
      const cut = cuts.shift();
      if (cut) link.cutAfter(cut.after, cut.how);
    });
    const link = new Link(socket, weather, () => port());
    links.add(link);
    if (silent) link.silence();
    socket.on("close", () => link.isSilent || links.delete(link));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  const set: FaultyProxy["set"] = (changed) => {
    Object.assign(weather, changed);
    for (const link of links) link.settle();
  };
  const hear = () => {
    silent = false;
  };
  const find = () => {
    lost = false;
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get open() {
      return links.size;
    },
    get cutsLeft() {
      return cuts.length;
    },
    get answersLeft() {
      return weather.answers.length;
    },
    forwardTo(next) {
      port = portOf(next);
    },
    cut(how, bytes = 0) {
      for (const link of [...links]) {
        if (bytes === 0) link.break(how);
        else link.cutAfter(bytes, how);
      }
    },
    cutNext: (...next) => void cuts.push(...next),
    answer: (...next) => void weather.answers.push(...next),
    silence() {
      silent = true;
      for (const link of links) link.silence();
    },
    hear,
    lose() {
      lost = true;
      for (const link of [...links]) link.break("reset");
    },
    find,
    set,
    heal() {
      cuts.length = weather.answers.length = 0;
      hear();
      find();
      set({ held: false, bytewise: false, stalled: false, oldHttp: false });
    },
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const link of links) link.destroy();
      await closed;
    },
  };
}
