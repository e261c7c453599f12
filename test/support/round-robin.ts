import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** How a network goes: connections are reset, or nothing comes through any more, and nobody is told. */
export type Outage = "reset" | "silence";

/** A balancer over TCP: each new connection goes to the next server and, where that refuses it, to the one after. */
export class RoundRobin {
  /** The servers' ports. They may change at any time. */
  readonly ports: (number | undefined)[] = [];
  #away: Outage | undefined;
  #turn = 0;
  readonly #server: Server = createServer((near) => this.#take(near));
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new WeakMap<Socket, Socket>();

  static async start(): Promise<RoundRobin> {
    const balancer = new RoundRobin();
    await new Promise<void>((resolve) =>
      balancer.#server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, resolve),
    );
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections there were. */
  connections = 0;

  /** Takes the network away until `comeBack`, also from new connections. */
  goAway(how: Outage): void {
    this.#away = how;
    for (const socket of this.#sockets) {
      if (how === "reset") socket.resetAndDestroy();
      else this.#silence(socket);
    }
  }

  /** Connections that were silent are lost, with all that was sent meanwhile. */
  comeBack(): void {
    if (this.#away === "silence") for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#away = undefined;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(near: Socket): void {
    near.on("error", () => {}); // "close" follows
    if (this.#away === "reset") {
      near.resetAndDestroy();
      return;
    }
    this.connections += 1;
    this.#sockets.add(near);
    near.once("close", () => this.#sockets.delete(near));
    if (this.#away) return;
    near.setNoDelay(true);
    this.#connect(near, this.#nextPorts());
  }

  #nextPorts(): number[] {
    const start = this.#turn++;
    const count = this.ports.length;
    const inTurn = this.ports.map((_, i) => this.ports[(start + i) % count]);
    return inTurn.filter((port) => port !== undefined);
  }

  #silence(near: Socket): void {
    const far = this.#pairs.get(near);
    near.unpipe();
    far?.unpipe();
    for (const socket of [near, far]) {
      socket?.on("data", () => {}); // read, so that its sender believes it has arrived
      socket?.resume();
    }
  }

  #connect(near: Socket, [port, ...others]: readonly number[]): void {
    if (port === undefined || near.destroyed) {
      near.destroy();
      return;
    }
    const far = connect({ port, host: "127.0.0.1", noDelay: true });
    const refused = () => this.#connect(near, others);
    far.once("error", refused);
    far.once("connect", () => {
      far.off("error", refused);
      this.#join(near, far);
    });
  }

  #join(near: Socket, far: Socket): void {
    far.on("error", () => near.resetAndDestroy());
    near.once("close", () => far.destroy());
    this.#pairs.set(near, far);
    if (near.destroyed) far.destroy();
    if (this.#away) return;
    near.pipe(far);
    far.pipe(near);
  }
}
