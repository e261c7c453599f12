import type { Log } from "@sluice/server";

export interface WatchedLog extends Log {
  /** How many watch a topic now: what is left of it says whether tails were let go. */
  readonly watchers: number;
  /** How many watched one at any time. */
  readonly everWatched: number;
  /** The starting place of every opening that asks for entries, and their number, in order. */
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
    async open(topic, options) {
      const opened = await log.open(topic, options);
      const { page } = opened;
      if (options.limit > 0) reads.push({ from: options.from, entries: page.ok ? page.entries.length : 0 });
      return opened;
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
