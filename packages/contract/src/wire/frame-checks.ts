import { parseCursor } from "./cursor.js";
import type { InputIssue, ResetReason, StreamKind } from "./frame.js";

/** The check of one member of a frame's data, as a function and in words. */
export interface Check<T> {
  readonly allowed: string;
  holds(value: unknown): boolean;
  /** True if the member may be absent. */
  readonly isOptional?: boolean;
  /** Exists only as a type: the type of a valid value. */
  readonly "~passes"?: T;
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const oneOf = <T extends string>(...values: readonly T[]): Check<T> => ({
  allowed: values.join(", "),
  holds: (value) => values.includes(value as T),
});

export const optional = <T>(check: Check<T>): Check<T | undefined> => ({ ...check, isOptional: true });

export const anything: Check<unknown> = { allowed: "anything", holds: () => true };
export const text: Check<string> = { allowed: "a string", holds: (value) => typeof value === "string" };
export const flag: Check<boolean> = { allowed: "true or false", holds: (value) => typeof value === "boolean" };
export const ms: Check<number> = {
  allowed: "a number of milliseconds",
  holds: (value) => typeof value === "number" && value >= 0,
};
export const version: Check<number> = {
  allowed: "a whole number of at least 1",
  holds: (value) => isWhole(value) && value !== 0,
};
export const indices: Check<readonly number[]> = {
  allowed: "an array of whole numbers",
  holds: (value) => Array.isArray(value) && value.every(isWhole),
};
export const issues: Check<readonly InputIssue[]> = { allowed: "an array of issues", holds: Array.isArray };
export const cursor: Check<string> = {
  allowed: "a cursor",
  holds: (value) => typeof value === "string" && parseCursor(value) !== undefined,
};
export const stream: Check<StreamKind> = oneOf("live", "stream", "resumable");
export const reason: Check<ResetReason> = oneOf("trimmed", "epoch", "diverged", "limit");
