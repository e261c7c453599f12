import { read, topic } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { Log } from "../log.js";
import { openMemoryHarness } from "../memory-harness.js";
import { type BrokenEngine, broken, inLives, reading } from "./broken.js";

/** As memoryLog's `stateTtl` counts from when the last watcher went, this makes state live on. */
const prolong = (log: Log, name: string) => log.watch(name, () => {}).stop();

/** When a topic's time is over, its state and entries go, but its epoch stays. */
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
    name: "keeps state for ever",
    setup: (options) => broken(() => ({}))({ ...options, retain: {}, overrides: {} }),
    caughtBy: [
      "frees a stateful topic whole when its stateTtl is over",
      "begins anew with an append to a topic whose stateTtl is over",
      "keeps state as long as a procedure's override says",
    ],
  },
  {
    name: "frees state and keeps the epoch",
    setup: keepsEpoch,
    caughtBy: [
      "refuses the beginning of a life that was written to and is over",
      "frees a stateful topic whole when its stateTtl is over",
      "begins anew with an append to a topic whose stateTtl is over",
    ],
  },
  {
    name: "counts stateTtl from the first append",
    setup: countsFromFirstAppend,
    caughtBy: ["counts stateTtl from the last append"],
  },
  {
    name: "frees state that is watched",
    setup: broken((log) => ({ watch: (name, onAppend) => log.watch(`${name}#watched`, onAppend) })),
    caughtBy: ["keeps state while anybody watches it, and for its stateTtl after"],
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
    caughtBy: ["keeps state while anybody watches it, and for its stateTtl after"],
  },
  {
    name: "keeps state that is watched for ever after",
    setup: broken((log) => ({
      watch(name, onAppend) {
        log.watch(name, () => {});
        return log.watch(name, onAppend);
      },
    })),
    caughtBy: ["keeps state while anybody watches it, and for its stateTtl after"],
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
    caughtBy: ["takes neither a read nor a retry nor a snapshot as a reason to keep state for longer"],
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
    caughtBy: ["takes neither a read nor a retry nor a snapshot as a reason to keep state for longer"],
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
    caughtBy: ["takes neither a read nor a retry nor a snapshot as a reason to keep state for longer"],
  },
  {
    name: "applies stateTtl to topics without state, too",
    setup: broken((log) => ({
      append: (name, events, options) => log.append(name, events, { ...options, stateful: true }),
    })),
    caughtBy: ["applies stateTtl to no topic without state"],
  },
];
