import type { Position } from "@sluice/log";

/** Whether two positions are the same place in the same history. */
export const isSameCursor = (a: Position, b: Position): boolean =>
  a.offset === b.offset && a.mark === b.mark && a.epoch === b.epoch;
