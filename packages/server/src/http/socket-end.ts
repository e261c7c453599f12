import type { Socket } from "node:net";
import type { Lifetime } from "../time/lifetime.js";

/** The answers that wait on a connection: one, or as many as a client has pipelined. */
const waiting = new WeakMap<Socket, Lifetime[]>();

/** Ends a lifetime when the client has ended its side of the connection, or the connection is closed. */
export function endWithSocket(lifetime: Lifetime, socket: Socket): void {
  const lifetimes = waiting.get(socket);
  if (lifetimes) {
    lifetimes.push(lifetime);
  } else {
    waiting.set(socket, [lifetime]);
    // One pair of listeners serves them all, and no closure is held for each of ten thousand connections.
    socket.on("end", endAll).on("close", endAll);
  }
}

/** The answer is through: its connection may live on. */
export function letGoOfSocket(lifetime: Lifetime, socket: Socket): void {
  const lifetimes = waiting.get(socket);
  const index = lifetimes?.indexOf(lifetime) ?? -1;
  if (index !== -1) lifetimes?.splice(index, 1);
}

function endAll(this: Socket): void {
  const lifetimes = waiting.get(this)?.splice(0) ?? [];
  for (const lifetime of lifetimes) lifetime.end();
  // Node lets a socket go that was ended when all is written: a client that reads nothing could hold it as long as it likes.
  if (lifetimes.length > 0 && this.writableEnded) this.destroy();
}
