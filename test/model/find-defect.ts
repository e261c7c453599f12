import type { Sabotage } from "./sabotage.js";

/** A run, derived from its seed. */
type Run = (seed: number, sabotage: Sabotage) => Promise<void>;

/** Some defects show only in events that never arrive. A short wait is enough for those. */
const patience = 1_000;

/** Runs seeds until one fails with the defect's own complaint: other seeds may meet its consequences first. */
export async function complaints(run: Run, sabotage: Sabotage, deserved: RegExp): Promise<string[]> {
  const heard: string[] = [];
  for (let seed = 1; seed <= 120 && !deserved.test(heard.at(-1) ?? ""); seed++) {
    await run(seed, { ...sabotage, patience }).catch((error: Error) => heard.push(`${seed}: ${error.message}`));
  }
  return heard;
}
