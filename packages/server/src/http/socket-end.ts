import type { Socket } from "node:net";
import type { Lifetime } from "../connection/lifetime.js";

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
  for (const lifetime of waiting.get(this)?.splice(0) ?? []) lifetime.end();
}
