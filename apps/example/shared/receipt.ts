import * as z from "zod";

/** `duplicate` says that it had been counted before. */
export const Receipt = z.object({ cursor: z.string(), duplicate: z.boolean() });
