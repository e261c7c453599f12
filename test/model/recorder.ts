import type { Log } from "@sluice/server";
import { readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { epochOf, type History } from "./history.js";

export interface RecorderOptions {
  readonly history: History;
  /** Called when a topic turns out to have a new life, before that is recorded. */
  readonly onNewLife: (topic: string, head: string) => void;
  /** Continues the log's time, which stops during a call and the reads that record its effect. */
  readonly tick: () => void;
  /** Whether recording has stopped. */
  readonly isOver: () => boolean;
}

/** Records what happens to a log. The log's calls must take effect at once, as in the memory engine. */
export function recordLog(log: Log, { history, onNewLife, tick, isOver }: RecorderOptions): Log {
  async function look(topic: string): Promise<void> {
    const page = await readLog(log, topic, "oldest", 0);
    if (!page.ok || isOver()) return;
    const known = history.head(topic);
    if (known === undefined || epochOf(known) === page.head.epoch) return history.drop(topic, page.end);
    onNewLife(topic, known);
    history.turn(topic, page.end, page.head);
  }

  /** Reads the topic after a call. The topic may also have expired and begun a new life. */
  async function seen<T>(topic: string, ask: () => Promise<T>): Promise<T> {
    tick();
    const asked = ask();
    const looking = look(topic);
    const answer = await asked;
    await looking;
    return answer;
  }

  return {
    async append(topic, events, options) {
      const last = events.length;
      const [appended, before, page] = await seen(topic, () =>
        Promise.all([
          log.append(topic, events, options),
          readLog(log, topic, { last }, 0),
          readLog(log, topic, { last }, last),
        ]),
      );
      if (appended.ok && !appended.duplicate && before.ok && page.ok) history.add(topic, before.end, page.entries);
      return appended;
    },
    findAppend: (topic, key) => seen(topic, () => log.findAppend(topic, key)),
    trim: (topic, upTo) => seen(topic, () => log.trim(topic, upTo)),
    async saveSnapshot(topic, cursor, data) {
      const isSaved = await seen(topic, () => log.saveSnapshot(topic, cursor, data));
      if (isSaved) history.save(cursor, data);
      return isSaved;
    },
    acquire: (topic, request) => seen(topic, () => log.acquire(topic, request)),
    renew: (lease) => seen(lease.topic, () => log.renew(lease)),
    release: (lease) => seen(lease.topic, () => log.release(lease)),
    free: (topic) => seen(topic, () => log.free(topic)),
    open: (topic, options) => seen(topic, () => log.open(topic, options)),
    watch(topic, onAppend) {
      tick();
      const watch = log.watch(topic, onAppend);
      return {
        ready: watch.ready,
        stop() {
          tick();
          watch.stop();
        },
      };
    },
  };
}
