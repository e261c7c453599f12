import type { Socket } from "node:net";
import { eventStream, type Target } from "../measure/service.ts";
import { frameWithId } from "./baseline.ts";

/**
 * The lower bound: only `socket.write` of a chunk that was framed once. It handles no full socket, no HTTP/1.0 proxy and no end.
 * It shows the cost of Node's own write and the system call.
 */
export const target: Target = {
  live() {
    const sockets = new Set<Socket>();
    return {
      listener: (_req, res) => {
        res.writeHead(200, eventStream);
        res.flushHeaders();
        const { socket } = res;
        if (!socket) return;
        sockets.add(socket);
        socket.on("close", () => sockets.delete(socket));
      },
      request: { path: "/ticks" },
      publish(event) {
        const frame = frameWithId(event);
        const chunk = Buffer.from(`${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`);
        for (const socket of sockets) socket.write(chunk);
      },
    };
  },
};
