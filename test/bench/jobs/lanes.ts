import { sampleTurns } from "./fan-out.ts";
import type { Job } from "./job.ts";

const topics = 12;

/** Streams of twelve topics each, of which so many have an event in each turn. Compared with streams of one topic. */
export const lanes = (news: number): Job => ({
  name: news === topics ? "lanes-12" : `lanes-${news}-of-12`,
  title: `1,000 multiplexed streams of 12 topics, news in ${news === topics ? "all" : news} (baseline: Sluice's fan-out)`,
  unit: "µs per delivery",
  targets: ["sluice", "corked-lanes", "sluice-lanes"],
  serving: () => ({ kind: "lanes", lanes: topics }),
  sample: (bench) => sampleTurns(bench, Math.min(news, bench.started.lanes)),
});
