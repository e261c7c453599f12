import type { Log } from "../log.js";
import { type BrokenEngine, broken } from "./broken.js";

const ready = Promise.resolve();

/** Watchers as one writes them first: a set of functions per topic, called one after the other within the append. */
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
    name: "tells no watcher",
    setup: broken(() => ({ watch: () => ({ ready, stop() {} }) })),
    caughtBy: [
      "tells a watcher of every append, from whatever process",
      "lets a reader that reads on at every call reach the head",
      "lets watchers stop, start and append while they are told",
    ],
  },
  {
    name: "tells watchers before the append is done",
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
    caughtBy: ["shows a watcher the append that it is told of"],
  },
  {
    name: "keeps watchers as a plain set of functions",
    setup: broken(naive),
    caughtBy: ["stops one watcher and no other", "keeps an append and the other watchers safe from one that throws"],
  },
];
