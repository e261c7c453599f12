import { read, topic } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { Log } from "../log.js";
import { openMemoryHarness } from "../memory-harness.js";
import { type BrokenEngine, broken, inLives, reading } from "./broken.js";

/** Prolongs state, because `memoryLog` counts `stateTtl` from the end of the last watch. */
const prolong = (log: Log, name: string) => log.watch(name, () => {}).stop();

/** When a topic's stateTtl has passed, this drops state and entries, but keeps the epoch. */
const keepsEpoch: LogSetup = async (options) => {
  const { stateTtl = Number.POSITIVE_INFINITY } = options.retain ?? {};
  const harness = await openMemoryHarness({ ...options, retain: {} });
  return {
    ...harness,
    async advance(ms) {
      if (ms >= stateTtl) await harness.failover(topic, Number.MAX_SAFE_INTEGER);
    },
  };
};

const countsFromFirstAppend: LogSetup = async (options) => {
  const { stateTtl = Number.POSITIVE_INFINITY } = options.retain ?? {};
  let elapsed = 0;
  const harness = await broken((log) => inLives(log, () => Math.floor(elapsed / stateTtl)))({ ...options, retain: {} });
  return {
    ...harness,
    async advance(ms) {
      elapsed += ms;
    },
  };
};

export const brokenStateTtl: readonly BrokenEngine[] = [
  {
    name: "never frees state",
    setup: (options) => broken(() => ({}))({ ...options, retain: {} }),
    caughtBy: [
      "frees a stateful topic completely when its stateTtl has passed",
      "begins a new life with an append to a topic whose stateTtl has passed",
    ],
  },
  {
    name: "frees state and keeps the epoch",
    setup: keepsEpoch,
    caughtBy: [
      "refuses the first cursor of an ended life",
      "frees a stateful topic completely when its stateTtl has passed",
      "begins a new life with an append to a topic whose stateTtl has passed",
    ],
  },
  {
    name: "keeps state for ever if it has a record",
    setup: broken((log) => ({
      append: (name, events, options) =>
        log.append(
          name,
          events,
          options?.record === undefined ? options : { ttl: Number.POSITIVE_INFINITY, ...options },
        ),
    })),
    caughtBy: ["frees a stateful topic when its stateTtl has passed, even if it has a record"],
  },
  {
    name: "counts stateTtl from the first append",
    setup: countsFromFirstAppend,
    caughtBy: ["counts stateTtl from the last append"],
  },
  {
    name: "frees state that is watched",
    setup: broken((log) => ({ watch: (name, onAppend) => log.watch(`${name}#watched`, onAppend) })),
    caughtBy: ["keeps state while it is watched, and for its stateTtl after that"],
  },
  {
    name: "frees state as soon as nobody watches it",
    setup: broken((log) => {
      let life = 0;
      let watchers = 0;
      const lives = inLives(log, () => life);
      return {
        ...lives,
        watch(name, onAppend) {
          const { ready, stop } = lives.watch(name, onAppend);
          watchers += 1;
          return {
            ready,
            stop() {
              stop();
              watchers -= 1;
              if (watchers === 0) life += 1;
            },
          };
        },
      };
    }),
    caughtBy: ["keeps state while it is watched, and for its stateTtl after that"],
  },
  {
    name: "never frees state that was once watched",
    setup: broken((log) => ({
      watch(name, onAppend) {
        log.watch(name, () => {});
        return log.watch(name, onAppend);
      },
    })),
    caughtBy: ["keeps state while it is watched, and for its stateTtl after that"],
  },
  {
    name: "keeps state for longer when it is read",
    setup: broken((log) =>
      reading(log, async (name, from, limit) => {
        const answer = await read(log, name, from, limit);
        prolong(log, name);
        return answer;
      }),
    ),
    caughtBy: ["does not prolong stateTtl for a read, a retry or a snapshot"],
  },
  {
    name: "keeps state for longer when an append is retried",
    setup: broken((log) => ({
      async append(name, events, options) {
        const answer = await log.append(name, events, options);
        prolong(log, name);
        return answer;
      },
    })),
    caughtBy: ["does not prolong stateTtl for a read, a retry or a snapshot"],
  },
  {
    name: "keeps state for longer when a snapshot is saved",
    setup: broken((log) => ({
      async saveSnapshot(name, cursor, data) {
        const isSaved = await log.saveSnapshot(name, cursor, data);
        prolong(log, name);
        return isSaved;
      },
    })),
    caughtBy: ["does not prolong stateTtl for a read, a retry or a snapshot"],
  },
  {
    name: "applies stateTtl to topics without state, too",
    setup: broken((log) => ({
      append: (name, events, options) => log.append(name, events, { ...options, stateful: true }),
    })),
    caughtBy: ["does not apply stateTtl to topics without state"],
  },
];
