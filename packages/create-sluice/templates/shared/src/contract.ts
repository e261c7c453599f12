import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

const team = z.enum(["home", "away"]);

/** What the server serves and the page shows: change it, and both don't compile until they fit. */
export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string() }),
      events: { goal: z.object({ team }) },
      state: {
        schema: z.object({ home: z.int(), away: z.int() }),
        initial: { home: 0, away: 0 },
        apply: { goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }) },
      },
    }),
    report: mutation({ input: z.object({ matchId: z.string(), team }) }),
  },
});
