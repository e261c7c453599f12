import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { accept, Receipt, Report, report } from "../measure/report-call.ts";
import { posted, type Target } from "../measure/service.ts";
import { Tick, ticks } from "../measure/tick.ts";

/** Hono's `streamSSE` on its Node adapter. */
export const target: Target = {
  generate(events) {
    const app = new Hono().get("/ticks", (c) =>
      streamSSE(c, async (stream) => {
        for await (const event of generator(events)) {
          await stream.writeSSE({ event: "tick", data: JSON.stringify(Tick.parse(event)) });
        }
      }),
    );
    return { listener: getRequestListener(app.fetch), request: { path: "/ticks" } };
  },

  call() {
    const app = new Hono().post("/report", async (c) =>
      c.json(Receipt.parse(accept(Report.parse(await c.req.json())))),
    );
    return { listener: getRequestListener(app.fetch), request: posted("/report", report) };
  },
};

async function* generator(events: number) {
  yield* ticks(events);
}
