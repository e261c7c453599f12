import type { Socket } from "node:net";
import { eventStream, type LanesOptions, posted, type Target } from "../measure/service.ts";
import { firstSeq, type Tick } from "../measure/tick.ts";

/**
 * The best that one writes by hand for a stream of many topics: a topic's frame is made once for all streams, and a
 * turn's frames go out with one system call for each. It handles no full socket, no cursor and no end.
 */
export const target: Target = {
  lanes({ lanes }: LanesOptions) {
    const topics = Array.from({ length: lanes + 1 }, () => new Set<Socket>());
    let corked: Socket[] = [];
    const uncork = () => {
      const sockets = corked;
      corked = [];
      for (const socket of sockets) socket.uncork();
    };
    const all = Array.from({ length: lanes }, (_, topic) => topic);
    return {
      lanes,
      live: lanes,
      listener(req, res) {
        const chunks: Buffer[] = [];
        req.on("data", (chunk: Buffer) => chunks.push(chunk));
        req.on("end", () => {
          const { topics: asked } = JSON.parse(Buffer.concat(chunks).toString()) as { topics: number[] };
          const { socket } = res;
          if (!socket) return;
          res.writeHead(200, eventStream);
          res.write(asked.map((topic) => `event: ${topic}/$live\ndata: {}\n\n`).join(""));
          for (const topic of asked) topics[topic]?.add(socket);
          socket.on("close", () => {
            for (const topic of asked) topics[topic]?.delete(socket);
          });
        });
      },
      request: posted("/streams", { topics: all }),
      newcomer: posted("/streams", { topics: [lanes] }),
      publish(event: Tick) {
        const topic = (event.seq - firstSeq) % lanes;
        const frame = `id: ${event.seq}\nevent: ${topic}/tick\ndata: ${JSON.stringify(event)}\n\n`;
        const chunk = Buffer.from(`${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`);
        for (const socket of topics[topic] ?? []) {
          if (socket.writableCorked === 0) {
            socket.cork();
            if (corked.push(socket) === 1) setImmediate(uncork);
          }
          socket.write(chunk);
        }
      },
    };
  },
};
