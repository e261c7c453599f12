import type { ServerResponse } from "node:http";
import { accept, Receipt, Report, report } from "../measure/report-call.ts";
import { eventStream, posted, type Target } from "../measure/service.ts";
import { Tick, ticks } from "../measure/tick.ts";

const page = 256;

const frame = (event: Tick) => `event: tick\ndata: ${JSON.stringify(event)}\n\n`;
export const frameWithId = (event: Tick) => `id: ${event.seq}\n${frame(event)}`;

/** What one writes by hand on `node:http`, with care but without tricks. */
export const target: Target = {
  live() {
    const subscribers = new Set<ServerResponse>();
    return {
      listener: (_req, res) => {
        res.writeHead(200, eventStream);
        res.flushHeaders();
        subscribers.add(res);
        res.on("close", () => subscribers.delete(res));
      },
      request: { path: "/ticks" },
      publish(event) {
        const bytes = Buffer.from(frameWithId(event));
        for (const res of subscribers) res.write(bytes);
      },
    };
  },

  replay(history) {
    const first = history[0]?.seq ?? 0;
    const frames = history.map(frameWithId);
    return {
      listener: async (req, res) => {
        res.writeHead(200, eventStream);
        res.flushHeaders();
        for (let at = Number(req.headers["last-event-id"]) - first + 1; at < frames.length; at += page) {
          if (!res.write(frames.slice(at, at + page).join(""))) await drained(res);
          if (res.destroyed) return;
        }
      },
      request: { path: "/ticks", headers: { "last-event-id": String(first) } },
    };
  },

  generate: (events) => ({
    listener: async (_req, res) => {
      res.writeHead(200, eventStream);
      res.flushHeaders();
      for await (const event of generator(events)) {
        if (!res.write(frame(Tick.parse(event)))) await drained(res);
        if (res.destroyed) return;
      }
      res.end();
    },
    request: { path: "/ticks" },
  }),

  call: () => ({
    listener: (req, res) => {
      const chunks: Buffer[] = [];
      req.on("data", (chunk: Buffer) => chunks.push(chunk));
      req.on("end", () => {
        const input = Report.parse(JSON.parse(Buffer.concat(chunks).toString()));
        const body = JSON.stringify(Receipt.parse(accept(input)));
        res.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
        res.end(body);
      });
    },
    request: posted("/report", report),
  }),
};

async function* generator(events: number) {
  yield* ticks(events);
}

async function drained(res: ServerResponse): Promise<void> {
  let done = () => {};
  await new Promise<void>((resolve) => {
    done = resolve;
    res.on("drain", resolve).on("close", resolve);
  });
  res.off("drain", done).off("close", done);
}
