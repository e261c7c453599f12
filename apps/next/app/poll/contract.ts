import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

const answer = z.enum(["yes", "no"]);

export const contract = defineContract({
  votes: subscription({
    events: { vote: answer },
    state: {
      schema: z.object({ yes: z.int(), no: z.int() }),
      initial: { yes: 0, no: 0 },
      apply: { vote: (votes, answer) => ({ ...votes, [answer]: votes[answer] + 1 }) },
    },
  }),
  vote: mutation({ input: answer, output: z.object({ cursor: z.string() }) }),
});
