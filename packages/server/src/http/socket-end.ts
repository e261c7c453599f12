import type { Socket } from "node:net";

const listenersOf = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `listener` when the client has ended its side of a connection, or the connection is closed; returns the function
 * that stops it. One listener on the socket serves all answers that wait on it, however many a client has pipelined.
 */
export function onSocketEnd(socket: Socket, listener: () => void): () => void {
  let listeners = listenersOf.get(socket);
  if (!listeners) {
    const all = new Set<() => void>();
    const tell = () => {
      for (const each of [...all]) each();
    };
    socket.once("end", tell).once("close", tell);
    listenersOf.set(socket, all);
    listeners = all;
  }
  const own = listeners;
  own.add(listener);
  return () => own.delete(listener);
}
