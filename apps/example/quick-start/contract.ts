import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string() }),
      events: { goal: z.object({ team: z.enum(["home", "away"]), minute: z.int() }) },
      state: {
        schema: z.object({ home: z.int(), away: z.int() }),
        initial: { home: 0, away: 0 },
        apply: { goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }) },
      },
    }),
    report: mutation({ input: z.object({ matchId: z.string(), team: z.enum(["home", "away"]), minute: z.int() }) }),
  },
});
