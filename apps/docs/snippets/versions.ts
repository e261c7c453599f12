import { defineContract, subscription } from "@sluice/contract";
import * as z from "zod";

// #region before
const watchBefore = subscription({
  input: z.object({ matchId: z.string() }),
  events: { goal: z.object({ team: z.enum(["home", "away"]) }) },
  state: {
    schema: z.object({ home: z.int(), away: z.int() }),
    initial: { home: 0, away: 0 },
    apply: { goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }) },
  },
});
// #endregion before

// #region after
const watchAfter = subscription({
  input: z.object({ matchId: z.string() }),
  events: { goal: z.object({ team: z.enum(["home", "away"]) }), card: z.object({ player: z.string() }) },
  state: {
    version: 2,
    schema: z.object({ home: z.int(), away: z.int(), booked: z.array(z.string()) }),
    initial: { home: 0, away: 0, booked: [] },
    apply: {
      goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }),
      card: (score, { player }) => ({ ...score, booked: [...score.booked, player] }),
    },
    migrate: (old) => ({ ...z.object({ home: z.int(), away: z.int() }).parse(old), booked: [] }),
  },
});
// #endregion after

export const before = defineContract({ watch: watchBefore });
export const after = defineContract({ watch: watchAfter });
