import type { SkipToken } from "@tanstack/query-core";

/** Whether an input is TanStack's `skipToken`, of any copy of it: it is a symbol, and no input can be one. */
export const isSkipToken = (input: unknown): input is SkipToken => typeof input === "symbol";
