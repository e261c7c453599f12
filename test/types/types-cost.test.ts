import { expect, it } from "vitest";
import { type Job, program } from "./jobs.js";
import { measure } from "./measure.js";

/** What the compiler may instantiate for 200 procedures. It is the same on every machine; seconds are not. */
const bounds: Readonly<Record<Job, number>> = {
  contract: 55_000,
  plain: 120_000,
  server: 150_000,
  hooks: 155_000,
  query: 180_000,
  rich: 380_000,
};

it.each(Object.entries(bounds) as [Job, number][])(
  "the compiler gets through 200 procedures of the job %s in at most %i instantiations",
  (job, most) => {
    const { instantiations, errors } = measure(program(job, 200));
    expect(errors).toEqual([]);
    expect(instantiations).toBeLessThan(most);
    // A far lower number would mean that the job's types were lost, and nothing was checked.
    expect(instantiations).toBeGreaterThan(most / 2);
  },
  60_000,
);
