import { type AddressInfo, createServer } from "node:net";
import { type Break, type Cut, type GatewayAnswer, Link, type Weather } from "./link.js";

/** A TCP proxy that behaves as badly as networks and gateways do, when it is told to. */
export interface FaultyProxy {
  readonly port: number;
  /** How many connections something was asked over, ever. */
  readonly connections: number;
  /** How many are open. */
  readonly open: number;
  /** How many of the cuts given to `cutNext` are still to come. */
  readonly cutsLeft: number;
  /** How many of the answers given to `answer` are still to come. */
  readonly answersLeft: number;
  /** From now on new connections go to the server on this port; a function says it for each. */
  forwardTo(target: number | (() => number)): void;
  /** Breaks all open connections, after so many bytes more. Default: at once. */
  cut(how: Break, bytes?: number): void;
  /** The next connections that something is asked over break, each at its place. */
  cutNext(...cuts: readonly Cut[]): void;
  /** The next requests get these answers. */
  answer(...answers: readonly GatewayAnswer[]): void;
  /** Falls silent for good on all connections, and on those that are made until `hear`. */
  silence(): void;
  hear(): void;
  /** The network is gone: all open connections are reset, and so is each that is made until `find`. */
  lose(): void;
  find(): void;
  set(weather: Partial<Omit<Weather, "answers">>): void;
  /** No fault from now on. What is broken stays broken. */
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
    // Not before: with each stream that is aborted, Node's fetch opens a connection that nothing is ever asked over.
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
