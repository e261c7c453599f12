import { parseCursor } from "./cursor.js";
import type { InputIssue, ResetReason, StreamKind } from "./frame.js";

/** Whether a value may be that of one member of a frame's data. `frame-words.ts` says what passes. */
export interface Check<T> {
  (value: unknown): boolean;
  /** The check of a member that may be absent: the one for those that aren't. */
  readonly of?: Check<unknown>;
  /** Exists only as a type: the type of a valid value. */
  readonly "~passes"?: T;
}

const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;

export const optional = <T>(of: Check<T>): Check<T | undefined> =>
  Object.assign((value: unknown) => value === undefined || of(value), { of });

export const anything: Check<unknown> = () => true;
export const text: Check<string> = (value) => typeof value === "string";
export const flag: Check<boolean> = (value) => typeof value === "boolean";
export const ms: Check<number> = (value) => typeof value === "number" && value >= 0;
export const version: Check<number> = (value) => isWhole(value) && value !== 0;
export const indices: Check<readonly number[]> = (value) => Array.isArray(value) && value.every(isWhole);
export const issues: Check<readonly InputIssue[]> = Array.isArray;
export const cursor: Check<string> = (value) => typeof value === "string" && parseCursor(value) !== undefined;

export const streamKinds: readonly StreamKind[] = ["live", "stream", "resumable"];
export const stream: Check<StreamKind> = (value) => streamKinds.includes(value as StreamKind);
export const reasons: readonly ResetReason[] = ["trimmed", "epoch", "diverged", "limit"];
export const reason: Check<ResetReason> = (value) => reasons.includes(value as ResetReason);
