import type {
  AppendAnswer,
  Appended,
  AppendOptions,
  Conflict,
  Log,
  LogEvent,
  Opened,
  OpenOptions,
  Position,
  ReadFrom,
  ReadGap,
  ReadPage,
} from "../log.js";
import type { Topic } from "./topic.js";
import type { Topics } from "./topics.js";

/** Every method does all its work before it returns its promise, so calls take effect in the order they are made. */
export function openMemoryLog(topics: Topics): Log {
  function look<T>(name: string, at: (topic: Topic) => T): T {
    const topic = topics.open(name);
    try {
      return at(topic);
    } finally {
      topics.close(name, topic);
    }
  }

  return {
    paths: topics.paths,

    async append<After extends Position | undefined>(
      name: string,
      events: readonly LogEvent[],
      options?: AppendOptions & { readonly after?: After },
    ) {
      checkEvents(events);
      checkTopicOptions(options);
      const topic = topics.open(name);
      const answer = append(topic, events, topics.now(), options);
      if (!answer.ok) topics.close(name, topic);
      return answer as AppendAnswer<After>;
    },

    async findAppend(name, idempotencyKey) {
      return topics.find(name)?.keys.find(idempotencyKey);
    },

    async read(name, from, limit) {
      checkCount("limit", limit);
      return look(name, (topic) => read(topic, from, limit));
    },

    async open(name, options) {
      checkCount("limit", options.limit);
      return look(name, (topic) => open(topic, options));
    },

    async head(name) {
      return look(name, ({ head }) => head);
    },

    watch(name, onAppend) {
      const topic = topics.open(name);
      const stop = topic.watchers.add(onAppend);
      return () => {
        if (!stop()) return;
        // A topic that was watched until now has not been idle, nor has its state begun to expire.
        topic.usedAt = topics.now();
        topic.quietSince = topic.usedAt;
        topics.close(name, topic);
      };
    },

    async saveSnapshot(name, position, data) {
      return look(name, (topic) => {
        const saved = topic.saveSnapshot(position, data);
        // What only the lack of a snapshot has kept can go now.
        if (saved) topic.retain(topics.now());
        return saved;
      });
    },

    async trim(name, upTo) {
      const topic = topics.find(name);
      if (topic && !topic.gapAt(upTo)) topic.trim(upTo.offset);
    },
  };
}

/** Most entries that a conflict is answered with. */
const mostSince = 512;

function append(
  topic: Topic,
  events: readonly LogEvent[],
  now: number,
  options: AppendOptions = {},
): Appended | Conflict {
  const { idempotencyKey: key, after, stateful, record, ttl } = options;
  const first = key === undefined ? undefined : topic.keys.find(key);
  if (!first && after && !topic.endsAt(after)) return { ok: false, since: read(topic, after, mostSince) };
  if (stateful) topic.stateful = true;
  if (first) return { ok: true, duplicate: true, position: first };
  const before = topic.head;
  const entries = events.map((event) => topic.append(event, now));
  if (key !== undefined) topic.keys.remember(key, topic.head, now);
  if (record !== undefined) topic.record = record;
  if (ttl !== undefined) topic.ttl = ttl;
  topic.retain(now);
  topic.watchers.notify();
  return { ok: true, duplicate: false, position: topic.head, before, entries };
}

function read(topic: Topic, from: ReadFrom, limit: number): ReadPage | ReadGap {
  const { before, head, record } = topic;
  if (typeof from === "object" && "epoch" in from) {
    const reason = topic.gapAt(from);
    if (reason) return { ok: false, reason, oldest: before, head, record };
  }
  const start = startOf(from, before, head);
  const entries = topic.entriesAfter(start, limit);
  return { ok: true, entries, end: topic.placeAt(start + entries.length), head, record };
}

function open(topic: Topic, { from, limit, snapshotOnGap = false }: OpenOptions): Opened {
  const { snapshot } = topic;
  if (from === "snapshot") return { page: read(topic, snapshot?.position ?? "oldest", limit), snapshot };
  const page = read(topic, from, limit);
  if (page.ok || !snapshotOnGap || !snapshot) return { page };
  return { page, snapshot, afterSnapshot: read(topic, snapshot.position, limit) };
}

function startOf(from: ReadFrom, before: Position, head: Position): number {
  if (from === "oldest") return before.offset;
  if ("epoch" in from) return from.offset;
  checkCount("from.last", from.last);
  return Math.max(before.offset, head.offset - from.last);
}

/** All of them, before anything changes: a batch is appended whole or not at all. */
function checkEvents(events: readonly LogEvent[]): void {
  if (events.length === 0) throw new RangeError("An append needs at least one event; got an empty array.");
  for (const { type, data } of events) {
    if (typeof type !== "string" || typeof data !== "string") {
      throw new TypeError("An event's type and data must be strings.");
    }
  }
}

/** Most bytes of a topic's record. */
const longestRecord = 1_024;

function checkTopicOptions({ record, ttl }: AppendOptions = {}): void {
  const length = record === undefined ? 0 : Buffer.byteLength(record);
  if (length > longestRecord) {
    throw new RangeError(`A topic's record may have ${longestRecord} bytes; got one of ${length}.`);
  }
  if (ttl === undefined || ttl === Number.POSITIVE_INFINITY || (Number.isSafeInteger(ttl) && ttl >= 1)) return;
  throw new RangeError(`ttl must be a whole number of at least 1, or Infinity; got ${ttl}`);
}

function checkCount(name: string, given: number): void {
  if (Number.isSafeInteger(given) && given >= 0) return;
  throw new RangeError(`${name} must be a whole number of at least 0; got ${given}`);
}
