import type { Log } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

const ready = Promise.resolve();

/** A naive implementation: a set of functions per topic, called one by one within the append. */
function naive(log: Log): Partial<Log> {
  const watchers = new Map<string, Set<() => void>>();
  return {
    async append(topic, events, options) {
      const answer = await log.append(topic, events, options);
      for (const onAppend of watchers.get(topic) ?? []) onAppend();
      return answer;
    },
    watch(topic, onAppend) {
      const set = watchers.get(topic) ?? new Set();
      watchers.set(topic, set.add(onAppend));
      return { ready, stop: () => void set.delete(onAppend) };
    },
  };
}

export const brokenWatchers: readonly BrokenEngine[] = [
  {
    name: "calls no watcher",
    setup: broken(() => ({ watch: () => ({ ready, stop() {} }) })),
    caughtBy: [
      "calls a watcher for every append, from any process",
      "lets a reader that reads at every call reach the head",
      "lets watchers stop, start and append during a call",
    ],
  },
  {
    name: "calls watchers before the append is done",
    setup: broken((log) => {
      const watchers = new Map<string, Set<() => void>>();
      return {
        async append(topic, events, options) {
          for (const onAppend of [...(watchers.get(topic) ?? [])]) onAppend();
          await new Promise((resolve) => setTimeout(resolve, 5));
          return log.append(topic, events, options);
        },
        watch(topic, onAppend) {
          const set = watchers.get(topic) ?? new Set();
          watchers.set(topic, set.add(onAppend));
          return { ready, stop: () => void set.delete(onAppend) };
        },
      };
    }),
    caughtBy: ["has an append readable when it calls a watcher"],
  },
  {
    name: "says nothing of its store's outages",
    setup: broken(() => ({ onStatus: () => () => {} })),
    caughtBy: ["says when its store is away and when it is back, if it has onStatus"],
  },
  {
    name: "keeps watchers as a plain set of functions",
    setup: broken(naive),
    caughtBy: ["stops one watcher and no other", "protects an append and other watchers from a watcher that throws"],
  },
];
