import * as z from "zod";

/** `duplicate`: the same report was counted before. */
export const Receipt = z.object({ cursor: z.string(), duplicate: z.boolean() });
