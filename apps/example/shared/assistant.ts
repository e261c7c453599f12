import { mutation, subscription } from "@sluice/contract";
import * as z from "zod";

export const maxPromptLength = 200;

const run = z.object({ runId: z.uuid(), prompt: z.string().trim().min(1).max(maxPromptLength) });

export const assistant = {
  /**
   * An answer, word by word. The visitor chooses the run's id, and only `runId` names its topic: a subscriber with
   * the same id attaches to the existing run, and another prompt for the same run is a conflict.
   */
  complete: subscription({
    // It makes the server work, so a link or another site must not trigger it.
    method: "POST",
    input: run,
    key: ["runId"],
    events: {
      token: z.string(),
      /** Number of tokens, duration in milliseconds, and whether somebody stopped it. */
      done: z.object({ tokens: z.int(), ms: z.int(), stopped: z.boolean() }),
    },
  }),
  /** Stops a run for everybody, on whatever server it runs. */
  stop: mutation({ input: run }),
};
