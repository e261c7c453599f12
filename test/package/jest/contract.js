import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string() }),
      events: { goal: z.object({ minute: z.int() }) },
      state: { schema: z.int(), initial: 0, apply: { goal: (goals) => goals + 1 } },
    }),
    report: mutation({ input: z.object({ minute: z.int() }), errors: { over: {} } }),
  },
});
