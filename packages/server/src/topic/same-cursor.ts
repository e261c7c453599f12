import type { Cursor } from "@sluice/log";

/** Whether two cursors are the same place in the same history. */
export const isSameCursor = (a: Cursor, b: Cursor): boolean =>
  a.offset === b.offset && a.mark === b.mark && a.epoch === b.epoch;
