import type { Log } from "@sluice/server";
import { isNeighbours } from "./in-lanes.js";

export interface WatchedLog extends Log {
  /** Current number of watches. It shows whether tails were released. */
  readonly watchers: number;
  /** Total number of watches ever started. */
  readonly everWatched: number;
  /** The start of every `open` that asks for entries, and their number, in order. */
  readonly reads: readonly { readonly from: unknown; readonly entries: number }[];
}

/** What servers tell each other, which each follows for as long as it lives. PROTOCOL §15. */
const isUncounted = (topic: string) => topic === "$control" || isNeighbours(topic);

/** A log that counts its calls, but for those of `$control` and of neighbours. */
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
      if (options.limit > 0 && !isUncounted(topic))
        reads.push({ from: options.from, entries: page.ok ? page.entries.length : 0 });
      return opened;
    },
    watch(topic, onAppend) {
      if (isUncounted(topic)) return log.watch(topic, onAppend);
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
