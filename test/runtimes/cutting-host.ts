import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** A request begins with it, or a connection of HTTP/2. */
const begin = /^(GET|POST|PRI) /;
/** The last chunk of a response over HTTP/1.1. Over HTTP/2, the client closes the connection. */
const end = "\r\n0\r\n\r\n";

/** Passes connections on to a server, and cuts them some time after a request whose response still goes on. */
export class CuttingHost {
  requests = 0;
  cuts = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(target: number, cutAfter: number) {
    this.#server = createServer((near) => this.#join(near, target, cutAfter));
  }

  /** @param cutAfter milliseconds */
  static async start(target: number, cutAfter: number): Promise<CuttingHost> {
    const host = new CuttingHost(target, cutAfter);
    await new Promise<void>((resolve) => host.#server.listen(0, "127.0.0.1", resolve));
    return host;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #join(near: Socket, target: number, cutAfter: number): void {
    const far = connect(target, "127.0.0.1");
    let timer: NodeJS.Timeout | undefined;
    near.on("data", (chunk: Buffer) => {
      if (!begin.test(chunk.toString("latin1", 0, 5))) return;
      this.requests++;
      clearTimeout(timer);
      timer = setTimeout(() => {
        this.cuts++;
        near.destroy();
      }, cutAfter);
    });
    far.on("data", (chunk: Buffer) => {
      if (chunk.toString("latin1").endsWith(end)) clearTimeout(timer);
    });
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on("error", () => {}); // "close" follows
      socket.once("close", () => {
        clearTimeout(timer);
        this.#sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  }
}
