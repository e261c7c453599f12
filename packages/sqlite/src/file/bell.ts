import { createSocket, type Socket } from "node:dgram";

/** A bell that other processes of this machine ring after they have committed: a datagram without content. */
export class Bell {
  readonly #socket: Socket | undefined;
  #isRung = false;

  /**
   * @param onPort Called with its port, once it has one. Never called where there are no sockets: then the file is only polled.
   * @param onRing Called at most once in a turn of the event loop, however often it is rung.
   */
  constructor(onPort: (port: number) => void, onRing: () => void) {
    const ring = () => {
      if (this.#isRung) return;
      this.#isRung = true;
      setImmediate(() => {
        this.#isRung = false;
        onRing();
      });
    };
    try {
      const socket = createSocket("udp4", ring);
      socket.on("error", () => {});
      socket.bind({ port: 0, address: "127.0.0.1", exclusive: true }, () => onPort(socket.address().port));
      socket.unref();
      this.#socket = socket;
    } catch {
      this.#socket = undefined;
    }
  }

  /** Rings those at these ports. It doesn't matter whether they hear it. */
  ring(ports: readonly number[]): void {
    try {
      for (const port of ports) this.#socket?.send("", port, "127.0.0.1", () => {});
    } catch {} // it is closed
  }

  close(): void {
    try {
      this.#socket?.close();
    } catch {} // it may never have been opened
  }
}
