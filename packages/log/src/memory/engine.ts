import { append, checkAppend } from "../engine/append.js";
import { checkText } from "../engine/check-text.js";
import { checkLease } from "../engine/lease.js";
import { checkCount, open } from "../engine/read.js";
import type { AppendAnswer, AppendOptions, Cursor, Log, LogEvent } from "../log.js";
import type { Topic } from "./topic.js";
import type { Topics } from "./topics.js";

/** A watch of a topic in memory is in force at once. */
const ready = Promise.resolve();

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
    async append<After extends Cursor | undefined, Held extends AppendOptions["lease"]>(
      name: string,
      events: readonly LogEvent[],
      options?: AppendOptions & { readonly after?: After; readonly lease?: Held },
    ) {
      checkAppend(events, options);
      const retention = options?.retain && topics.retentions.of(options.retain);
      const topic = topics.open(name);
      const answer = append(name, topic, events, { now: topics.now(), retention }, options);
      if (!answer.ok) topics.close(name, topic);
      return answer as AppendAnswer<After, Held>;
    },

    async findAppend(name, idempotencyKey) {
      return topics.find(name)?.keys.find(idempotencyKey);
    },

    async open(name, options) {
      checkCount("limit", options.limit);
      return look(name, (topic) => open(topic, options));
    },

    watch(name, onAppend) {
      // They outlive the topic's lives.
      const { watchers } = topics.open(name);
      const stop = watchers.add(onAppend);
      return {
        ready,
        stop() {
          if (stop()) topics.unwatched(name, watchers);
        },
      };
    },

    async saveSnapshot(name, cursor, data) {
      checkText("A snapshot's data", data);
      return look(name, (topic) => {
        const saved = topic.saveSnapshot(cursor, data);
        // Drops the entries that were only kept because no snapshot covered them.
        if (saved) topic.retain(topics.now());
        return saved;
      });
    },

    async trim(name, upTo) {
      const topic = topics.find(name);
      if (topic && !topic.gapAt(upTo)) topic.trim(upTo.offset);
    },

    async acquire(name, request) {
      checkLease(request);
      const { ttl, holder } = request;
      return look(name, ({ lease }) => lease.take(name, { ttl, holder }, topics.now()));
    },

    async renew(lease) {
      checkLease(lease);
      return look(lease.topic, ({ lease: state }) => state.take(lease.topic, lease, topics.now()) !== undefined);
    },

    async release(lease) {
      look(lease.topic, ({ lease: state }) => {
        if (state.isHeldBy(lease, topics.now())) state.release();
      });
    },

    async free(name) {
      topics.free(name);
    },
  };
}
