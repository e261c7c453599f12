import type { AppendAnswer, AppendOptions, Log, LogEvent } from "@sluice/log";
import { append, checkAppend, checkCount, checkLease, checkText, open } from "@sluice/log/engine";
import type { FileLog } from "./file-log.js";

/** What an event costs a transaction besides its characters, in characters. */
const eventWeight = 256;

/** The port, over a file. Arguments are checked before a transaction, which others share. */
export function openEngine(file: FileLog, close: () => Promise<void>): Log {
  const { topics, watches, retentions } = file;

  return {
    async append<After extends AppendOptions["after"], Held extends AppendOptions["lease"]>(
      name: string,
      events: readonly LogEvent[],
      options?: AppendOptions & { readonly after?: After; readonly lease?: Held },
    ) {
      checkAppend(events, options);
      const retention = options?.retain && retentions.of(options.retain);
      // Its caller goes on before it is done, and may change them.
      const copy = events.map(({ type, data }) => ({ type, data }));
      const given = { ...options };
      const answer = await file.write(
        (now) => {
          const topic = topics.open(name, now, !given.after);
          // What readers don't see any more stays dropped.
          if (topic.willBeKeptOtherwise(retention, given.stateful)) topic.catchUp(now, false);
          return append(name, topic, copy, { now, retention }, given);
        },
        copy.reduce((sum, { data }) => sum + data.length + eventWeight, 0),
      );
      return answer as AppendAnswer<After, Held>;
    },

    async findAppend(name, idempotencyKey) {
      const find = (now: number) => ({ cursor: topics.find(name, now)?.readKey(idempotencyKey) });
      return (await file.read(find, find)).cursor;
    },

    async open(name, options) {
      const { from, limit, snapshotOnGap } = options;
      checkCount("limit", limit);
      if (typeof from === "object" && "last" in from) checkCount("from.last", from.last);
      return file.read(
        (now) => {
          const topic = topics.find(name, now);
          if (!topic) return undefined;
          if (topics.isIdle(topic, now)) void file.write((later) => topics.open(name, later)).catch(() => {});
          return open(topic.asOf(now), options);
        },
        (now) => open(topics.open(name, now), { from, limit, ...(snapshotOnGap && { snapshotOnGap }) }),
      );
    },

    watch(name, onAppend) {
      const stop = watches.add(name, onAppend);
      const note = () => file.write((now) => file.noteWatch(name, now));
      const ready = watches.isNoted(name) ? Promise.resolve() : note();
      ready.catch(() => {});
      return {
        ready,
        stop() {
          if (stop()) note().catch(() => {}); // noted with the next sign of life
        },
      };
    },

    async saveSnapshot(name, cursor, data) {
      checkText("A snapshot's data", data);
      return file.write((now) => topics.open(name, now).saveSnapshot(cursor, data), data.length);
    },

    async trim(name, upTo) {
      await file.write((now) => {
        const topic = topics.take(name, now);
        if (topic && !topic.gapAt(upTo)) topic.trim(upTo.offset);
      });
    },

    async acquire(name, request) {
      checkLease(request);
      const { ttl, holder } = request;
      return file.write((now) => topics.open(name, now).lease.take(name, { ttl, holder }, now));
    },

    async renew(lease) {
      checkLease(lease);
      const given = { ...lease };
      return file.write((now) => topics.take(given.topic, now)?.lease.take(given.topic, given, now) !== undefined);
    },

    async release(lease) {
      const given = { ...lease };
      await file.write((now) => {
        const state = topics.take(given.topic, now)?.lease;
        if (state?.isHeldBy(given, now)) state.release();
      });
    },

    async free(name) {
      await file.write(() => file.free(name));
    },

    onStatus: (listener) => file.status.on(listener),

    close,
  };
}
