import { EventEmitter, on } from "node:events";
import { initTRPC, tracked } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import * as z from "zod";
import { accept, Receipt, Report, report } from "../measure/report-call.ts";
import { posted, type Target } from "../measure/service.ts";
import { Tick, ticks } from "../measure/tick.ts";

const t = initTRPC.create();

/** tRPC: subscriptions as its documentation shows them, a generator per subscriber. */
export const target: Target = {
  live() {
    const emitter = new EventEmitter().setMaxListeners(0);
    const router = t.router({
      ticks: t.procedure.subscription(async function* ({ signal }) {
        for await (const [event] of on(emitter, "tick", { signal: signal as AbortSignal })) yield event as Tick;
      }),
    });
    return {
      listener: createHTTPHandler({ router }),
      request: { path: "/ticks" },
      publish: (event) => emitter.emit("tick", event),
    };
  },

  replay(history) {
    const emitter = new EventEmitter().setMaxListeners(0);
    const first = history[0]?.seq ?? 0;
    const router = t.router({
      ticks: t.procedure.input(z.object({ lastEventId: z.string() })).subscription(async function* ({ input, signal }) {
        const live = on(emitter, "tick", { signal: signal as AbortSignal });
        for (const event of history.slice(Number(input.lastEventId) - first + 1)) {
          yield tracked(String(event.seq), event);
        }
        for await (const [event] of live) yield tracked(String(event.seq), event as Tick);
      }),
    });
    const input = encodeURIComponent(JSON.stringify({ lastEventId: String(first) }));
    return { listener: createHTTPHandler({ router }), request: { path: `/ticks?input=${input}` } };
  },

  generate(events) {
    const router = t.router({
      ticks: t.procedure.subscription(async function* () {
        for (const event of ticks(events)) yield Tick.parse(event);
      }),
    });
    return { listener: createHTTPHandler({ router }), request: { path: "/ticks" } };
  },

  call() {
    const router = t.router({
      report: t.procedure
        .input(Report)
        .output(Receipt)
        .mutation(({ input }) => accept(input)),
    });
    return { listener: createHTTPHandler({ router }), request: posted("/report", report) };
  },
};
