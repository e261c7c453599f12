import type { Log } from "@sluice/server";

export interface WatchedLog extends Log {
  /** How many watch a topic now: what is left of it says whether tails were let go. */
  readonly watchers: number;
  /** How many watched one at any time. */
  readonly everWatched: number;
  /** Every read's starting place and number of entries, in order. */
  readonly reads: readonly { readonly from: unknown; readonly entries: number }[];
}

/** A log that keeps count of what is asked of it. */
export function countWatchers(log: Log): WatchedLog {
  const reads: { from: unknown; entries: number }[] = [];
  let watchers = 0;
  let everWatched = 0;
  return {
    ...log,
    get watchers() {
      return watchers;
    },
    get everWatched() {
      return everWatched;
    },
    reads,
    async read(topic, from, limit) {
      const result = await log.read(topic, from, limit);
      reads.push({ from, entries: result.ok ? result.entries.length : 0 });
      return result;
    },
    watch(topic, onAppend) {
      const watch = log.watch(topic, onAppend);
      let on = true;
      watchers++;
      everWatched++;
      return {
        ready: watch.ready,
        stop() {
          if (on) watchers--;
          on = false;
          watch.stop();
        },
      };
    },
  };
}
