import type { LogHarness } from "./conformance.js";
import { TopicLease } from "./engine/lease.js";
import type { Cursor, Log, Retention } from "./log.js";
import { openMemoryLog } from "./memory/engine.js";
import { type MemoryLogOptions, resolveOptions } from "./memory/options.js";
import { Topic } from "./memory/topic.js";
import { Topics } from "./memory/topics.js";
import { withOutages } from "./memory-outages.js";

export type MemoryHarness = Required<Omit<LogHarness, "close" | "peer">>;

interface UsedKey {
  readonly topic: string;
  readonly key: string;
  readonly cursor: Cursor;
}

/** The record, the `ttl` and the retention that an append gave its topic. */
interface Said {
  readonly topic: string;
  readonly cursor: Cursor;
  readonly record: string | undefined;
  readonly ttl: number | undefined;
  readonly retain: Partial<Retention> | undefined;
}

/**
 * A memory log whose clock stands still unless it is moved or another one is given. It can lose entries, and be cut off from
 * its store.
 */
export async function openMemoryHarness(options: MemoryLogOptions = {}): Promise<MemoryHarness> {
  const start = Date.now();
  const { now: clock = () => start } = options;
  let moved = 0;
  const now = () => clock() + moved;
  const settings = resolveOptions({ ...options, now });
  const topics = new Topics(settings);
  const log = openMemoryLog(topics);
  let used: UsedKey[] = [];
  let said: Said[] = [];

  /** The topic as it was before its newest entries were appended. Its lease and the last token are lost. */
  function withoutTail(name: string, lost: number): Topic {
    const topic = topics.open(name);
    const { watchers, before } = topic;
    const lease = new TopicLease(before.epoch);
    const of = { retention: settings.retentions.base, dedupe: settings.dedupe };
    const rest = new Topic(before, of, { watchers, lease });
    const entries = topic.entriesAfter(topic.before.offset, topic.head.offset);
    for (const entry of entries.slice(0, entries.length - lost)) rest.append(entry, entry.time);
    if (topic.snapshot) rest.saveSnapshot(topic.snapshot.cursor, topic.snapshot.data);
    rest.stateful = topic.stateful;
    for (const { topic: saidOf, cursor, record, ttl, retain } of said) {
      const gap = rest.gapAt(cursor);
      if (saidOf !== name || gap === "epoch" || gap === "diverged") continue;
      rest.record = record ?? rest.record;
      rest.ttl = ttl ?? rest.ttl;
      if (retain) rest.retention = settings.retentions.of(retain);
    }
    rest.quietSince = topic.quietSince;
    rest.usedAt = topic.usedAt;
    for (const { topic: usedIn, key, cursor } of used) {
      const isKept = cursor.offset <= rest.head.offset && topic.keys.find(key) === cursor;
      if (usedIn === name && isKept) rest.keys.remember(key, cursor, now());
    }
    return rest;
  }

  const append: Log["append"] = async (topic, events, options) => {
    const answer = await log.append(topic, events, options);
    if (!answer.ok) return answer;
    const { idempotencyKey: key, record, ttl, retain } = options ?? {};
    const { cursor, duplicate } = answer;
    if (!duplicate && (record ?? ttl ?? retain) !== undefined) said.push({ topic, cursor, record, ttl, retain });
    if (key !== undefined && !duplicate) used.push({ topic, key, cursor });
    return answer;
  };
  const { log: cuttable, outage } = withOutages({ ...log, append });
  return {
    log: cuttable,
    outage,
    async advance(ms) {
      moved += ms;
    },
    async failover(name, lost) {
      const rest = withoutTail(name, lost);
      topics.byName.set(name, rest);
      const isLeft = ({ topic, cursor }: UsedKey | Said) =>
        topic !== name || cursor.epoch !== rest.head.epoch || cursor.offset <= rest.head.offset;
      used = used.filter(isLeft);
      said = said.filter(isLeft);
      rest.watchers.notify();
      topics.close(name, rest);
    },
  };
}
