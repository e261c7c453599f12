import express, { type Response } from "express";

interface Message {
  readonly id: string;
  readonly text: string;
}

// #region server
/** Hand-written, and not bad: it has ids, a backlog and heartbeats. */
export function createHandWritten() {
  const rooms = new Map<string, { backlog: Message[]; readers: Set<Response> }>();
  const roomOf = (name: string) => {
    const room = rooms.get(name) ?? { backlog: [], readers: new Set() };
    rooms.set(name, room);
    return room;
  };
  const write = (res: Response, { id, text }: Message) =>
    res.write(`id: ${id}\nevent: said\ndata: ${JSON.stringify({ id, text })}\n\n`);

  return express()
    .use(express.json())
    .get("/rooms/:room", (req, res) => {
      const { backlog, readers } = roomOf(req.params.room);
      res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
      const last = backlog.findIndex(({ id }) => id === req.get("Last-Event-ID"));
      for (const message of backlog.slice(last + 1)) write(res, message);
      readers.add(res);
      const beat = setInterval(() => res.write(": hb\n\n"), 15_000);
      res.on("close", () => {
        clearInterval(beat);
        readers.delete(res);
      });
    })
    .post("/rooms/:room", (req, res) => {
      const { backlog, readers } = roomOf(req.params.room);
      backlog.push(req.body);
      if (backlog.length > 100) backlog.shift();
      for (const reader of readers) write(reader, req.body);
      res.sendStatus(204);
    });
}
// #endregion server
