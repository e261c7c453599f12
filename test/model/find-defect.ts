import type { Sabotage } from "./sabotage.js";

/** One history, made of its seed. */
type Run = (seed: number, sabotage: Sabotage) => Promise<void>;

/** Some defects are seen by nothing but what never comes, which need not be waited for long. */
const patience = 1_000;

/** Runs until one fails with the complaint that the defect deserves: another seed may meet its consequences first. */
export async function complaints(run: Run, sabotage: Sabotage, deserved: RegExp): Promise<string[]> {
  const heard: string[] = [];
  for (let seed = 1; seed <= 120 && !deserved.test(heard.at(-1) ?? ""); seed++) {
    await run(seed, { ...sabotage, patience }).catch((error: Error) => heard.push(`${seed}: ${error.message}`));
  }
  return heard;
}
