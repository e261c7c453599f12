import type { Log } from "@sluice/server";
import { acceptingLostTails, joining, keyless, rerunning } from "../log-defects.js";

/** A defect that servers in their own processes can have, by its name. */
export type Defect = keyof typeof defects;

/** The servers that a run begins with. */
const first = 2;

const defects = {
  keyless,
  acceptingLostTails,
  joining,
  rerunningAfterRestart: (log: Log, index: number) => (index < first ? log : rerunning(log)),
} satisfies Record<string, (log: Log, index: number) => Log>;

/** @param index how many servers of the run started before */
export const defective = (log: Log, defect: Defect | undefined, index: number): Log =>
  defect === undefined ? log : defects[defect](log, index);
