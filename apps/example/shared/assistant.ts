import { subscription } from "@sluice/contract";
import * as z from "zod";

export const longestPrompt = 200;

export const assistant = {
  /**
   * An answer, word by word. The visitor names the run, and only `runId` names its topic: who opens it again attaches
   * to the run that there is, and another prompt for the same run is a conflict.
   */
  complete: subscription({
    // It makes the server work: nothing that a link or another site may set off.
    method: "POST",
    input: z.object({ runId: z.uuid(), prompt: z.string().trim().min(1).max(longestPrompt) }),
    key: ["runId"],
    events: {
      token: z.string(),
      /** How many tokens there were, and how many milliseconds it took. */
      done: z.object({ tokens: z.int(), ms: z.int() }),
    },
  }),
};
