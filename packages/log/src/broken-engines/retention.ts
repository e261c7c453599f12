import { headOf, read } from "../conformance/helpers.js";
import type { LogSetup } from "../conformance.js";
import type { Log, Snapshot } from "../log.js";
import { type BrokenEngine, broken, inLives, openBeside } from "./broken.js";

/** Keeps snapshots outside the log, so that the log doesn't retain the entries after them. */
function snapshotsBeside(log: Log): Partial<Log> {
  const snapshots = new Map<string, Snapshot>();
  return {
    append: (topic, events, { stateful: _, ...options } = {}) => log.append(topic, events, options),
    open: openBeside(
      (...args) => read(log, ...args),
      async (topic) => snapshots.get(topic),
    ),
    async saveSnapshot(topic, cursor, data) {
      const page = await read(log, topic, cursor, 0);
      if (!page.ok || cursor.offset <= (snapshots.get(topic)?.cursor.offset ?? -1)) return false;
      snapshots.set(topic, { cursor, data });
      return true;
    },
  };
}

/** Begins a new life of all topics whenever time passes. */
const freesEverything: LogSetup = async (options) => {
  let life = 0;
  const harness = await broken((log) => inLives(log, () => life))(options);
  return {
    ...harness,
    async advance() {
      life += 1;
    },
  };
};

export const brokenRetention: readonly BrokenEngine[] = [
  {
    name: "trims past the snapshot",
    setup: broken(snapshotsBeside),
    caughtBy: [
      "reads the entries after a snapshot, whatever its age",
      "trims at most the entries that the snapshot covers on request",
      "treats a topic with a snapshot as stateful",
      "keeps its promises through random use of a stateful topic",
    ],
  },
  {
    name: "makes a topic stateful by a duplicate",
    setup: broken((log) => ({
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (answer.ok && answer.duplicate && options?.stateful) await log.saveSnapshot(topic, answer.cursor, "{}");
        return answer;
      },
    })),
    caughtBy: ["makes no topic stateful by a duplicate"],
  },
  {
    name: "forgets that a topic is stateful",
    setup: broken((log) => ({
      append: (topic, events, { stateful: _, ...options } = {}) => log.append(topic, events, options),
    })),
    caughtBy: [
      "does not trim a stateful topic before its first snapshot",
      "remembers that a topic is stateful",
      "never frees a stateful topic without a stateTtl",
    ],
  },
  {
    name: "trims one entry too many",
    setup: broken((log) => ({
      async trim(topic, upTo) {
        const page = await read(log, topic, upTo, 1);
        await log.trim(topic, page.ok ? page.end : upTo);
      },
    })),
    caughtBy: [
      "trims up to and including a cursor",
      "reads from the oldest retained entry if older entries are gone",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "trims wherever the offset says, whatever the mark or the epoch",
    setup: broken((log) => ({
      async trim(topic, upTo) {
        const page = await read(log, topic, "oldest", Number.MAX_SAFE_INTEGER);
        const found = page.ok && page.entries.find((entry) => entry.cursor.offset === Math.trunc(upTo.offset));
        await log.trim(topic, found ? found.cursor : page.head);
      },
    })),
    caughtBy: ["trims nothing at a cursor of another history", "saves and trims nothing at a cursor in a lost tail"],
  },
  {
    name: "trims nothing",
    setup: (options) => broken(() => ({ trim: async () => {} }))({ ...options, retain: {} }),
    caughtBy: [
      "trims up to and including a cursor",
      "trims everything, and continues the numbering",
      "keeps the newest entries by bytes",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "throws when there is nothing to trim",
    setup: broken((log) => ({
      async trim(topic, upTo) {
        if ((await headOf(log, topic)).offset === 0) throw new Error(`no such topic: ${topic}`);
        await log.trim(topic, upTo);
      },
    })),
    caughtBy: ["trims nothing in a topic without entries"],
  },
  {
    name: "keeps the newest entry only if it is small enough",
    setup: (options) =>
      broken((log) => ({
        async append(topic, events, given) {
          const answer = await log.append(topic, events, given);
          const isTooLarge = (events.at(-1)?.data.length ?? 0) > (options.retain?.bytes ?? Number.POSITIVE_INFINITY);
          if (answer.ok && isTooLarge) await log.trim(topic, answer.cursor);
          return answer;
        },
      }))(options),
    caughtBy: ["keeps the newest entry, whatever its size"],
  },
  {
    name: "ignores ages",
    setup: async (options) => ({ ...(await broken(() => ({}))(options)), advance: async () => {} }),
    caughtBy: [
      "keeps entries up to their age",
      "ages a stateful topic only up to its snapshot",
      "remembers idempotency keys up to their age",
    ],
  },
  {
    name: "frees topics whatever they hold",
    setup: freesEverything,
    caughtBy: [
      "never frees a stateful topic without a stateTtl",
      "keeps a record when entries age, and never forgets a topic that has one",
      "resumes from before a lost tail",
    ],
  },
  {
    name: "saves the snapshot of the last caller",
    setup: broken((log) => {
      const snapshots = new Map<string, Snapshot>();
      return {
        open: openBeside(
          (...args) => read(log, ...args),
          async (topic) => snapshots.get(topic),
        ),
        saveSnapshot: async (topic, cursor, data) => Boolean(snapshots.set(topic, { cursor, data })),
      };
    }),
    caughtBy: [
      "lets only one of many writers save at a cursor",
      "refuses a snapshot that is not after the saved one",
      "begins a new life with an append to a topic whose stateTtl has passed",
    ],
  },
  {
    name: "saves no snapshot",
    setup: broken(() => ({ saveSnapshot: async () => false })),
    caughtBy: ["loads the last saved snapshot"],
  },
];
