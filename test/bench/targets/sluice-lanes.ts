import { setTimeout as sleep } from "node:timers/promises";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import * as z from "zod";
import { type LanesOptions, posted, type Target } from "../measure/service.ts";
import { firstSeq, Tick, tick } from "../measure/tick.ts";

const contract = defineContract({
  items: subscription({ input: z.object({ id: z.int() }), events: { tick: Tick } }),
});

function create(delay: number | undefined) {
  const s = implement(contract);
  const slowly = s.$middleware(async ({ next }) => {
    await sleep(delay);
    return next();
  });
  const items = delay === undefined ? s.items.live() : s.items.use(slowly).live();
  const most = 1_000_000;
  return createSluice(s.$router({ items }), {
    limits: { streams: most, subscriptions: most, newTopicsPerClient: most },
  });
}

/** Sluice's multiplexed streams. */
export const target: Target = {
  async lanes({ lanes, resumes = false, delay }: LanesOptions) {
    const sluice = create(delay);
    const topics = Array.from({ length: lanes + 1 }, (_, id) => sluice.topic(contract.items, { id }));
    const subscriptions = await Promise.all(
      topics.map(async (topic, id) => {
        const cursor = resumes ? { cursor: (await topic.publish({ type: "tick", data: tick(0) })).cursor } : {};
        return { path: "items", input: { id }, ...cursor };
      }),
    );
    return {
      lanes,
      live: lanes,
      listener: sluiceNode(sluice, { identify: ({ headers }) => `${headers["x-client"]}` }),
      request: posted("/$streams", { subscriptions: subscriptions.slice(0, lanes) }),
      newcomer: posted("/$streams", { subscriptions: subscriptions.slice(lanes) }),
      publish: (data: Tick) => topics[(data.seq - firstSeq) % lanes]?.publish({ type: "tick", data }),
    };
  },
};
