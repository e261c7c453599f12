import { defineContract, subscription } from "@sluice/contract";
import * as z from "zod";

export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string() }),
      events: { goal: z.object({ minute: z.int() }) },
      state: { schema: z.object({ home: z.int() }), initial: { home: 0 }, apply: { goal: (score) => score } },
      errors: { late: { data: z.object({ by: z.int() }) } },
    }),
  },
  feed: subscription({ events: { post: z.string() } }),
});
