import { expect, it } from "vitest";
import { type Job, program } from "./jobs.js";
import { measure } from "./measure.js";

/**
 * What the compiler instantiates for 200 procedures: today, and at most. It is the same on every machine; seconds are
 * not. Set `today` anew where a change is worth its cost. (The generic factory makes two procedures each time.)
 */
const figures: Readonly<Record<Job, { readonly today: number; readonly most: number }>> = {
  contract: { today: 45_542, most: 55_000 },
  plain: { today: 113_015, most: 120_000 },
  server: { today: 124_167, most: 150_000 },
  hooks: { today: 129_671, most: 155_000 },
  query: { today: 165_803, most: 180_000 },
  "rich loop": { today: 304_577, most: 380_000 },
  "rich server": { today: 378_999, most: 380_000 },
  "rich hooks": { today: 305_222, most: 380_000 },
  "generic factory": { today: 276_043, most: 300_000 },
  "recursive input": { today: 75_749, most: 100_000 },
};

it.each(Object.entries(figures).map(([job, figure]) => ({ job: job as Job, ...figure })))(
  "the compiler gets through 200 procedures of the job $job in about $today instantiations, and never more than $most",
  ({ job, today, most }) => {
    const { instantiations, errors } = measure(program(job, 200));
    expect(errors).toEqual([]);
    expect(instantiations).toBeLessThanOrEqual(most);
    expect(instantiations).toBeLessThanOrEqual(today * 1.02);
    // A far lower number would mean that the job's types were lost, and nothing was checked.
    expect(instantiations).toBeGreaterThan(today * 0.9);
  },
  60_000,
);
