import { brokenAfter } from "./broken-engines/append-after.js";
import { brokenAppendLeases } from "./broken-engines/append-leases.js";
import { brokenAppendRetain } from "./broken-engines/append-retain.js";
import { brokenAppends } from "./broken-engines/appends.js";
import type { BrokenEngine } from "./broken-engines/broken.js";
import { brokenCloses } from "./broken-engines/closes.js";
import { brokenCursors } from "./broken-engines/cursors.js";
import { brokenFrees } from "./broken-engines/frees.js";
import { brokenLeases } from "./broken-engines/leases.js";
import { brokenOpens } from "./broken-engines/opens.js";
import { brokenReads } from "./broken-engines/reads.js";
import { brokenRetention } from "./broken-engines/retention.js";
import { brokenStateTtl } from "./broken-engines/state-ttl.js";
import { brokenTopicLife } from "./broken-engines/topic-life.js";
import { brokenWakeups } from "./broken-engines/wakeups.js";
import { brokenWatchers } from "./broken-engines/watchers.js";

/** Engines with one fault each, to prove that the suite finds it. */
export const brokenEngines: readonly BrokenEngine[] = [
  ...brokenCursors,
  ...brokenAppends,
  ...brokenAfter,
  ...brokenLeases,
  ...brokenAppendLeases,
  ...brokenReads,
  ...brokenOpens,
  ...brokenRetention,
  ...brokenAppendRetain,
  ...brokenStateTtl,
  ...brokenTopicLife,
  ...brokenFrees,
  ...brokenCloses,
  ...brokenWatchers,
  ...brokenWakeups,
];
