import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

/** The contract of this package's tests. */
export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), language: z.string().default("en") }),
      key: ["matchId"],
      events: { goal: z.object({ team: z.enum(["home", "away"]), minute: z.int() }) },
      state: {
        schema: z.object({ home: z.int(), away: z.int() }),
        initial: { home: 0, away: 0 },
        apply: { goal: (score, { team }) => ({ ...score, [team]: score[team] + 1 }) },
      },
      errors: { abandoned: { data: z.object({ at: isoDate }) }, closed: {} },
    }),
    report: mutation({
      input: z.object({ matchId: z.string(), team: z.enum(["home", "away"]), minute: z.int() }),
      errors: { over: {}, tooLate: { data: z.object({ latest: z.int() }) } },
    }),
    matches: query({ output: z.array(z.object({ id: z.string(), at: isoDate })) }),
  },
  news: subscription({
    input: z.object({ of: z.string() }).optional(),
    events: { item: z.object({ at: isoDate }), flash: z.string() },
    onGap: "skip",
  }),
});
