import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";

const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
});

export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string() }),
      events: { goal: z.object({ team: z.enum(["home", "away"]), at: date }) },
      state: {
        schema: z.object({ home: z.int(), away: z.int(), last: date.nullable() }),
        initial: { home: 0, away: 0, last: null },
        apply: { goal: (score, { team, at }) => ({ ...score, [team]: score[team] + 1, last: at }) },
      },
    }),
    report: mutation({ input: z.object({ matchId: z.string(), team: z.enum(["home", "away"]) }) }),
  },
  assistant: {
    complete: subscription({
      method: "POST",
      input: z.object({ prompt: z.string() }),
      events: { token: z.string() },
    }),
    /** How many answers are being written. */
    running: query({ output: z.int() }),
  },
});
