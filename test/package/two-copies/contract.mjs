import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";

export const contract = defineContract({
  watch: subscription({
    events: { goal: z.object({ minute: z.int() }) },
    state: { schema: z.int(), initial: 0, apply: { goal: (count) => count + 1 } },
  }),
  tokens: subscription({ events: { token: z.string() } }),
  report: mutation({ input: z.object({ minute: z.int() }) }),
  whoAmI: query({ output: z.string() }),
  fail: query({ errors: { late: { status: 418, data: z.int() } } }),
});
