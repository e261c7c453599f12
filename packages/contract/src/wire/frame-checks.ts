import { parseCursor } from "./cursor.js";
import type { ResetReason, StreamKind } from "./frame.js";

/** What a member of a frame's data has to be, as a function and in words. */
export interface Check<T> {
  readonly allowed: string;
  holds(value: unknown): boolean;
  /** It may be absent, too. */
  readonly isOptional?: boolean;
  /** Only the type: what passes. */
  readonly "~passes"?: T;
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const oneOf = <T extends string>(...values: readonly T[]): Check<T> => ({
  allowed: values.join(", "),
  holds: (value) => values.includes(value as T),
});

export const optional = <T>(check: Check<T>): Check<T | undefined> => ({ ...check, isOptional: true });

export const absent: Check<undefined> = { allowed: "none", holds: (value) => value === undefined };
export const anything: Check<unknown> = { allowed: "anything", holds: () => true };
export const text: Check<string> = { allowed: "a string", holds: (value) => typeof value === "string" };
export const flag: Check<boolean> = { allowed: "true and false", holds: (value) => typeof value === "boolean" };
export const ms: Check<number> = {
  allowed: "a number of milliseconds",
  holds: (value) => typeof value === "number" && value >= 0,
};
export const version: Check<number> = {
  allowed: "a whole number from 1 on",
  holds: (value) => isWhole(value) && value !== 0,
};
export const indices: Check<readonly number[]> = {
  allowed: "an array of whole numbers",
  holds: (value) => Array.isArray(value) && value.every(isWhole),
};
export const cursor: Check<string> = {
  allowed: "a cursor",
  holds: (value) => typeof value === "string" && parseCursor(value) !== undefined,
};
export const stream: Check<StreamKind> = oneOf("live", "stream", "resumable");
export const reason: Check<ResetReason> = oneOf("trimmed", "epoch", "diverged", "limit");
