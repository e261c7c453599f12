import { sampleTurns } from "./fan-out.ts";
import type { Job } from "./job.ts";

/** The same as `fan-out`, with a log that outlives the process. */
export const engineFanOut: Job = {
  name: "engines-fan-out",
  title: "fan-out to 1,000 subscribers, an event per turn (baseline: Sluice on its memory log)",
  unit: "µs per delivery",
  targets: ["sluice", "sluice-sqlite", "sluice-redis"],
  hasStore: true,
  serving: (_quick, _variant, store) => ({ kind: "live", ...(store && { store }) }),
  sample: (bench) => sampleTurns(bench, 1),
};
