import type { RequestListener } from "node:http";
import { defineContract, mutation, subscription } from "@sluice/contract";
import type { Log } from "@sluice/log";
import { createSluice, implement, type Sluice } from "@sluice/server";
import { accept, Receipt, Report, report } from "../measure/report-call.ts";
import { posted, type Store, type Target } from "../measure/service.ts";
import { Tick, tick, ticks } from "../measure/tick.ts";

const contract = defineContract({
  ticks: subscription({ events: { tick: Tick }, onGap: "skip" }),
  generated: subscription({ events: { tick: Tick } }),
  report: mutation({ input: Report, output: Receipt }),
});

function create(generated: number, log?: Log) {
  const s = implement(contract);
  const router = s.$router({
    ticks: s.ticks.live(),
    generated: s.generated.stream(async function* () {
      for (const data of ticks(generated)) yield { type: "tick", data };
    }),
    report: s.report.handler(({ input }) => accept(input)),
  });
  return createSluice(router, { limits: { streams: 50_000 }, ...(log && { log }) });
}

/** Sluice behind one of its adapters. */
export const sluiceTarget = (
  adapt: (sluice: Sluice<{}>) => RequestListener,
  openLog?: (store: Store) => Log,
): Target => ({
  async live(store, resumes) {
    const sluice = create(0, store && openLog?.(store));
    const topic = sluice.topic(contract.ticks);
    // With a key: to a server that is restarted it is the same event.
    const first = () => topic.publish({ type: "tick", data: tick(0) }, { idempotencyKey: "first" });
    const headers = resumes ? { headers: { "last-event-id": (await first()).cursor } } : {};
    return {
      listener: adapt(sluice),
      request: { path: "/ticks", ...headers },
      ...(resumes && { live: 1 }),
      publish: (data) => topic.publish({ type: "tick", data }),
    };
  },

  async replay([had, ...missed]) {
    const sluice = create(0);
    const topic = sluice.topic(contract.ticks);
    const publish = (data: Tick) => topic.publish({ type: "tick", data });
    const { cursor } = await publish(had as Tick);
    for (const data of missed) await publish(data);
    return { listener: adapt(sluice), request: { path: "/ticks", headers: { "last-event-id": cursor } } };
  },

  generate: (events) => ({ listener: adapt(create(events)), request: { path: "/generated" } }),

  call: () => ({ listener: adapt(create(0)), request: posted("/report", { input: report }) }),
});
