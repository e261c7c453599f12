import type { Log } from "@sluice/server";
import { epochOf, type History } from "./history.js";

export interface RecorderOptions {
  readonly history: History;
  /** Told when a topic is found to have another life than the one whose head was known, before that is written down. */
  readonly onNewLife: (topic: string, head: string) => void;
  /** Whether nothing that happens to the log is of interest any more. */
  readonly isOver: () => boolean;
}

/** A log, what happens to it written down. It must take effect when it is called, as the memory engine does. */
export function recordLog(log: Log, { history, onNewLife, isOver }: RecorderOptions): Log {
  async function look(topic: string): Promise<void> {
    const page = await log.read(topic, "oldest", 0);
    if (!page.ok || isOver()) return;
    const known = history.head(topic);
    if (known === undefined || epochOf(known) === page.head.epoch) return history.drop(topic, page.end);
    onNewLife(topic, known);
    history.turn(topic, page.end, page.head);
  }

  /** Looks at the topic as what was asked has left it. */
  async function seen<T>(topic: string, asked: Promise<T>): Promise<T> {
    const looking = look(topic);
    const answer = await asked;
    await looking;
    return answer;
  }

  return {
    ...log,
    async append(topic, events, options) {
      const appending = log.append(topic, events, options);
      const before = log.read(topic, { last: events.length }, 0);
      const page = log.read(topic, { last: events.length }, events.length);
      const appended = await seen(topic, appending);
      const [start, added] = [await before, await page];
      if (!appended.duplicate && start.ok && added.ok) history.add(topic, start.end, added.entries);
      return appended;
    },
    // A topic may have ended by itself, which whoever asks for it next is the first to see.
    read: (topic, ...rest) => seen(topic, log.read(topic, ...rest)),
    head: (topic) => seen(topic, log.head(topic)),
    trim: (topic, upTo) => seen(topic, log.trim(topic, upTo)),
    saveSnapshot: (topic, ...rest) => seen(topic, log.saveSnapshot(topic, ...rest)),
  };
}
