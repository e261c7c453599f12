import type { Log } from "@sluice/server";
import { readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { epochOf, type History } from "./history.js";

export interface RecorderOptions {
  readonly history: History;
  /** Told when a topic is found to have another life than the one whose head was known, before that is written down. */
  readonly onNewLife: (topic: string, head: string) => void;
  /** Lets the log's time go on: it stands still while a call and what is asked beside it take effect. */
  readonly tick: () => void;
  /** Whether nothing that happens to the log is of interest any more. */
  readonly isOver: () => boolean;
}

/** A log, what happens to it written down. It must take effect when it is called, as the memory engine does. */
export function recordLog(log: Log, { history, onNewLife, tick, isOver }: RecorderOptions): Log {
  async function look(topic: string): Promise<void> {
    const page = await readLog(log, topic, "oldest", 0);
    if (!page.ok || isOver()) return;
    const known = history.head(topic);
    if (known === undefined || epochOf(known) === page.head.epoch) return history.drop(topic, page.end);
    onNewLife(topic, known);
    history.turn(topic, page.end, page.head);
  }

  /** Looks at the topic as what was asked has left it: it may also have ended by itself, and have begun anew. */
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
