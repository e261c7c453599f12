import type { Socket } from "node:net";
import type { Lifetime } from "../time/lifetime.js";

/** The lifetimes of the responses on a connection: one, or several if the client pipelines. */
const waiting = new WeakMap<Socket, Lifetime[]>();

/** Ends a lifetime when the client closes its side of the connection, or the connection closes. */
export function endWithSocket(lifetime: Lifetime, socket: Socket): void {
  const lifetimes = waiting.get(socket);
  if (lifetimes) {
    lifetimes.push(lifetime);
  } else {
    waiting.set(socket, [lifetime]);
    // One pair of listeners per connection, and no closure: with ten thousand connections, each closure counts.
    socket.on("end", endAll).on("close", endAll);
  }
}

/** The response is finished; its connection may stay open. */
export function unwatchSocket(lifetime: Lifetime, socket: Socket): void {
  const lifetimes = waiting.get(socket);
  const index = lifetimes?.indexOf(lifetime) ?? -1;
  if (index !== -1) lifetimes?.splice(index, 1);
}

function endAll(this: Socket): void {
  const lifetimes = waiting.get(this)?.splice(0) ?? [];
  for (const lifetime of lifetimes) lifetime.end();
  // Node closes an ended socket only after all bytes are written. A client that does not read could hold it forever.
  if (lifetimes.length > 0 && this.writableEnded) this.destroy();
}
