import type { RequestListener } from "node:http";
import { type AnyRouter, EventPublisher, eventIterator, os, withEventMeta } from "@orpc/server";
import { RPCHandler } from "@orpc/server/node";
import { accept, Receipt, Report, report } from "../measure/report-call.ts";
import { posted, type StreamRequest, type Target } from "../measure/service.ts";
import { Tick, ticks } from "../measure/tick.ts";

const request: StreamRequest = {
  method: "POST",
  path: "/ticks",
  headers: { "content-type": "application/json" },
  body: "{}",
};

/** oRPC: event iterators, fed by its EventPublisher where they are live. */
export const target: Target = {
  live() {
    const publisher = new EventPublisher<{ tick: Tick }>();
    const router = {
      ticks: os.handler(async function* ({ signal }) {
        for await (const event of publisher.subscribe("tick", { signal })) yield event;
      }),
    };
    return { listener: serve(router), request, publish: (event) => publisher.publish("tick", event) };
  },

  replay(history) {
    const publisher = new EventPublisher<{ tick: Tick }>();
    const first = history[0]?.seq ?? 0;
    const router = {
      ticks: os.handler(async function* ({ signal, lastEventId }) {
        const live = publisher.subscribe("tick", { signal });
        for (const event of history.slice(Number(lastEventId) - first + 1)) {
          yield withEventMeta({ ...event }, { id: String(event.seq) });
        }
        for await (const event of live) yield withEventMeta({ ...event }, { id: String(event.seq) });
      }),
    };
    const headers = { ...request.headers, "last-event-id": String(first) };
    return { listener: serve(router), request: { ...request, headers } };
  },

  generate(events) {
    const router = {
      ticks: os.output(eventIterator(Tick)).handler(async function* () {
        for (const event of ticks(events)) yield event;
      }),
    };
    return { listener: serve(router), request };
  },

  call() {
    const router = {
      report: os
        .input(Report)
        .output(Receipt)
        .handler(({ input }) => accept(input)),
    };
    return { listener: serve(router), request: posted("/report", { json: report }) };
  },
};

function serve(router: AnyRouter): RequestListener {
  const handler = new RPCHandler(router as never);
  return async (req, res) => {
    const { matched } = await handler.handle(req, res);
    if (!matched) res.writeHead(404).end();
  };
}
