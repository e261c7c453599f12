import type { AppendAnswer, AppendOptions, Log, LogEvent, Position } from "../log.js";
import { append, checkAppend } from "./append.js";
import { checkLeaseTtl } from "./lease.js";
import { checkCount, open } from "./read.js";
import type { Topic } from "./topic.js";
import type { Topics } from "./topics.js";

/** What is in memory is watched at once. */
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
    paths: topics.paths,

    async append<After extends Position | undefined, Held extends AppendOptions["lease"]>(
      name: string,
      events: readonly LogEvent[],
      options?: AppendOptions & { readonly after?: After; readonly lease?: Held },
    ) {
      checkAppend(events, options);
      const topic = topics.open(name);
      const answer = append(name, topic, events, topics.now(), options);
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
      // Of the topic, whatever life it is in.
      const { watchers } = topics.open(name);
      const stop = watchers.add(onAppend);
      return {
        ready,
        stop() {
          if (stop()) topics.unwatched(name, watchers);
        },
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

    async acquire(name, ttl) {
      checkLeaseTtl(ttl);
      return look(name, ({ lease }) => {
        const now = topics.now();
        return lease.isHeld(now) ? undefined : lease.take(name, ttl, now);
      });
    },

    async renew(lease) {
      checkLeaseTtl(lease.ttl);
      return look(lease.topic, ({ lease: state }) => {
        const now = topics.now();
        const isHeld = state.isHeldBy(lease, now);
        if (isHeld) state.renew(lease, now);
        return isHeld;
      });
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
