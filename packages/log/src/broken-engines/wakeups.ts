import type { Log, LogEntry, Wakeup, Watch } from "../log.js";
import { LogError } from "../port/log-error.js";
import { type BrokenEngine, broken } from "./broken.js";

/** A log that passes each watcher's calls through a function that `change` creates. */
const told = (change: () => (wakeup: Wakeup | undefined, tell: (wakeup?: Wakeup) => void) => void) =>
  broken((log) => ({
    watch(topic, onAppend) {
      const changed = change();
      return log.watch(topic, (wakeup) => changed(wakeup, onAppend));
    },
  }));

/** A watch that begins 20 ms late. */
function lateWatch(log: Log, readyOf: (begun: Promise<void>, stopped: () => boolean) => Promise<void>): Log["watch"] {
  return (topic, onAppend) => {
    let watch: Watch | undefined;
    let isStopped = false;
    const begun = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => {
      if (!isStopped) watch = log.watch(topic, onAppend);
    });
    return {
      ready: readyOf(begun, () => isStopped),
      stop() {
        isStopped = true;
        watch?.stop();
      },
    };
  };
}

export const brokenWakeups: readonly BrokenEngine[] = [
  {
    name: "reports that a watch is ready too early",
    setup: broken((log) => ({ watch: lateWatch(log, () => Promise.resolve()) })),
    caughtBy: ["reports every append once a watch is ready"],
  },
  {
    name: "never settles ready if the watch was stopped",
    setup: broken((log) => ({
      watch: lateWatch(log, async (begun, isStopped) => {
        await begun;
        if (isStopped()) await new Promise(() => {});
      }),
    })),
    caughtBy: ["settles ready even if the watch was stopped first"],
  },
  {
    name: "carries only the last entry",
    setup: told(() => (wakeup, tell) => tell(wakeup && { ...wakeup, entries: wakeup.entries.slice(-1) })),
    caughtBy: [
      "carries only entries that directly follow the cursor before them",
      "loses nothing for a reader that uses carried entries at its cursor, and reads otherwise",
    ],
  },
  {
    name: "carries entries with a hole between them",
    setup: told(
      () => (wakeup, tell) => tell(wakeup && { ...wakeup, entries: wakeup.entries.filter((_, i) => i !== 1) }),
    ),
    caughtBy: ["carries only entries that directly follow the cursor before them"],
  },
  {
    name: "carries entries in an array that it uses again",
    setup: told(() => {
      const entries: LogEntry[] = [];
      return (wakeup, tell) => {
        if (!wakeup) return tell();
        entries.splice(0, entries.length, ...wakeup.entries);
        tell({ ...wakeup, entries });
      };
    }),
    caughtBy: ["carries only entries that directly follow the cursor before them"],
  },
  {
    name: "does not call when there is too much to carry",
    setup: told(() => (wakeup, tell) => {
      if (wakeup) tell(wakeup);
    }),
    caughtBy: [
      "loses nothing for a reader that uses carried entries at its cursor, and reads otherwise",
      "calls a topic's watchers when it is freed, and for its next life",
      "calls all watchers when its store is back",
    ],
  },
  {
    name: "passes on its store client's errors",
    setup: broken((log) => ({
      findAppend: (topic, key) =>
        log.findAppend(topic, key).catch((error) => {
          throw LogError.is(error) ? new Error("connect ECONNREFUSED") : error;
        }),
    })),
    caughtBy: ["rejects every call with a LogError while its store is unavailable, except for invalid arguments"],
  },
];
