import { defineContract, mutation, subscription } from "@sluice/contract";
import * as v from "valibot";

const goal = v.object({ minute: v.pipe(v.number(), v.integer()) });

export const contract = defineContract({
  watch: subscription({
    input: v.object({ matchId: v.string() }),
    events: { goal },
    state: { schema: v.number(), initial: 0, apply: { goal: (count) => count + 1 } },
  }),
  report: mutation({ input: goal, output: v.string() }),
});
