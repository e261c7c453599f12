import { defineContract, subscription } from "@sluice/contract";
import * as z from "zod";

export const contract = defineContract({
  /** Counts. */
  ticks: subscription({ events: { tick: z.int() } }),
  /** Megabytes. */
  bulk: subscription({ start: "oldest", events: { part: z.string() } }),
  /** The same count as state. */
  count: subscription({
    events: { tick: z.int() },
    state: { schema: z.int(), initial: 0, apply: { tick: (_, n) => n } },
  }),
});
