import { read } from "../conformance/helpers.js";
import type { AppendOptions, Log } from "../log.js";
import { type BrokenEngine, broken, reading } from "./broken.js";

/** A log whose appends get changed options. */
const given = (change: (options: AppendOptions) => AppendOptions) =>
  broken((log) => ({
    append: (topic, events, options) => log.append(topic, events, change(options ?? {}) as typeof options),
  }));

const without =
  (...names: readonly (keyof AppendOptions)[]) =>
  (options: AppendOptions): AppendOptions =>
    Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name as keyof AppendOptions)));

/** A log whose records are stored separately, by `set`. */
const recordsBeside = (set: (records: Map<string, string>, topic: string, record: string | undefined) => void) =>
  broken((log) => {
    const records = new Map<string, string>();
    return {
      async append(topic, events, options = {}) {
        const answer = await log.append(topic, events, options);
        set(records, topic, options.record);
        return answer;
      },
      ...reading(log, async (topic, from, limit) => ({
        ...(await read(log, topic, from, limit)),
        record: records.get(topic),
      })),
    };
  });

/** Returns the record only while the topic still has its first entry. */
const recordOfEntries = (log: Log): Partial<Log> =>
  reading(log, async (topic, from, limit) => {
    const answer = await read(log, topic, from, limit);
    const oldest = await read(log, topic, "oldest", 1);
    const isWhole = oldest.ok && oldest.entries[0]?.cursor.offset === 1;
    return isWhole ? answer : { ...answer, record: undefined };
  });

export const brokenTopicLife: readonly BrokenEngine[] = [
  {
    name: "keeps no record",
    setup: given(without("record")),
    caughtBy: [
      "answers every read with the topic's record, both pages and gaps",
      "keeps the last record through appends that set none",
      "refuses a record of more than 1,024 bytes, and appends nothing",
      "loses a record with the entry that set it in a lost tail",
    ],
  },
  {
    name: "never replaces the first record",
    setup: recordsBeside((records, topic, record) => {
      if (record !== undefined && !records.has(topic)) records.set(topic, record);
    }),
    caughtBy: ["keeps the last record through appends that set none"],
  },
  {
    name: "takes a record from a retried append, and from before a failover",
    setup: recordsBeside((records, topic, record) => {
      if (record !== undefined) records.set(topic, record);
    }),
    caughtBy: [
      "sets no record with a retried append",
      "loses a record with the entry that set it in a lost tail",
      "keeps all entries of a topic with a ttl, and frees it completely when the ttl has passed",
    ],
  },
  {
    name: "loses the record with the entry that set it",
    setup: broken(recordOfEntries),
    caughtBy: [
      "keeps a record when the entry that set it is trimmed",
      "keeps a record when entries age, and never forgets a topic that has one",
    ],
  },
  {
    name: "ignores ttls",
    setup: given(without("ttl")),
    caughtBy: [
      "keeps all entries of a topic with a ttl, and frees it completely when the ttl has passed",
      "frees state and keys with a topic whose ttl has passed",
      "prefers a ttl to a stateTtl, whether shorter or longer",
      "applies the last ttl given, and ignores that of a retried append",
      "keeps a topic with a ttl while it is watched, and for its ttl after that",
      "refuses an invalid ttl, and appends nothing",
    ],
  },
  {
    name: "counts the ttl of a retried append",
    setup: broken((log) => ({
      async append(topic, events, options = {}) {
        const answer = await log.append(topic, events, options);
        // For the ttl, this is an append of another event.
        if (answer.ok && answer.duplicate && options.ttl !== undefined)
          await log.append(topic, events, { ttl: options.ttl });
        return answer;
      },
    })),
    caughtBy: ["applies the last ttl given, and ignores that of a retried append"],
  },
  {
    name: "frees a topic with a ttl that has watchers",
    setup: broken((log) => ({ watch: (name, onAppend) => log.watch(`${name}#watched`, onAppend) })),
    caughtBy: ["keeps a topic with a ttl while it is watched, and for its ttl after that"],
  },
  {
    name: "keeps all entries of a topic with a ttl",
    setup: broken((log) => ({
      append: (topic, events, options = {}) =>
        log.append(topic, events, options.ttl === undefined ? options : { ...options, stateful: true }),
    })),
    caughtBy: ["trims a topic with a ttl by number and by bytes"],
  },
  {
    name: "cuts a record that is too long, and takes any ttl",
    setup: given(({ record, ttl, ...options }) => ({
      ...options,
      ...(record === undefined ? {} : { record: record.slice(0, 512) }),
      ...(ttl === undefined ? {} : { ttl: Math.max(1, Math.trunc(ttl || 1)) }),
    })),
    caughtBy: [
      "refuses a record of more than 1,024 bytes, and appends nothing",
      "refuses an invalid ttl, and appends nothing",
    ],
  },
];
