import type { Log, LogEntry, Wakeup, Watch } from "../log.js";
import { LogError } from "../port/log-error.js";
import { type BrokenEngine, broken } from "./broken.js";

/** A log whose wake-ups go through `change` on their way, one of each watcher's own. */
const told = (change: () => (wakeup: Wakeup | undefined, tell: (wakeup?: Wakeup) => void) => void) =>
  broken((log) => ({
    watch(topic, onAppend) {
      const changed = change();
      return log.watch(topic, (wakeup) => changed(wakeup, onAppend));
    },
  }));

/** Watching begins some time after it was asked for. */
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
    name: "says that a watch is ready before it is",
    setup: broken((log) => ({ watch: lateWatch(log, () => Promise.resolve()) })),
    caughtBy: ["tells of every append from the moment on that a watch says it is ready"],
  },
  {
    name: "leaves it open whether a watch is ready that was stopped",
    setup: broken((log) => ({
      watch: lateWatch(log, async (begun, isStopped) => {
        await begun;
        if (isStopped()) await new Promise(() => {});
      }),
    })),
    caughtBy: ["settles whether a watch is ready though it was stopped before"],
  },
  {
    name: "carries the last of the entries alone",
    setup: told(() => (wakeup, tell) => tell(wakeup && { ...wakeup, entries: wakeup.entries.slice(-1) })),
    caughtBy: [
      "carries nothing but entries that follow the place that they are said to follow",
      "keeps nothing from a reader that takes what it is told where it stands there, and else reads",
    ],
  },
  {
    name: "carries entries with a hole between them",
    setup: told(
      () => (wakeup, tell) => tell(wakeup && { ...wakeup, entries: wakeup.entries.filter((_, i) => i !== 1) }),
    ),
    caughtBy: ["carries nothing but entries that follow the place that they are said to follow"],
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
    caughtBy: ["carries nothing but entries that follow the place that they are said to follow"],
  },
  {
    name: "says nothing of what is too much for a wake-up",
    setup: told(() => (wakeup, tell) => {
      if (wakeup) tell(wakeup);
    }),
    caughtBy: [
      "keeps nothing from a reader that takes what it is told where it stands there, and else reads",
      "calls those who watch a topic when it is freed, and tells them of its next life",
      "calls all who watch when its store is back, whatever happened meanwhile",
    ],
  },
  {
    name: "passes on what its store's client throws",
    setup: broken((log) => ({
      findAppend: (topic, key) =>
        log.findAppend(topic, key).catch((error) => {
          throw LogError.is(error) ? new Error("connect ECONNREFUSED") : error;
        }),
    })),
    caughtBy: [
      "throws a LogError while its store is away, whatever it is asked, and takes a caller's mistake for one all the same",
    ],
  },
];
