import type { Cursor } from "@sluice/log";

/** What a script answers for a cursor's offset and mark. */
export const cursorFrom = (epoch: string, offset: number, mark: string): Cursor => ({ epoch, offset, mark });

/** A cursor's offset as scripts get it. One that can't be is of no history. */
export const offsetText = ({ offset }: Cursor): string => String(knownOffset(offset));

export const knownOffset = (offset: number): number => (Number.isSafeInteger(offset) && offset >= 0 ? offset : -1);

/** How scripts write `Infinity`. */
export const never = Number.MAX_SAFE_INTEGER;
export const finite = (given: number): number => Math.min(given, never);
