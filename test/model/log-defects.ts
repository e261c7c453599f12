import type { Log } from "@sluice/server";
import { reading } from "../../packages/log/src/broken-engines/broken.js";
import type { Cursor, Wakeup } from "../../packages/log/src/log.js";
import { readLog } from "../../packages/server/src/topic/read-log.test-kit.js";

// Defects of engines, for any engine.

/** It appends a retry again. */
export const keyless = (log: Log): Log => ({
  ...log,
  append: (topic, events, { idempotencyKey: _, ...options } = {}) => log.append(topic, events, options) as never,
  findAppend: async () => undefined,
});

/** It accepts the cursors of a lost tail. */
export const acceptingLostTails = (log: Log): Log => ({
  ...log,
  ...reading(log, async (topic, from, limit) => {
    const page = await readLog(log, topic, from, limit);
    if (page.ok || page.reason !== "diverged" || typeof from !== "object" || !("offset" in from)) return page;
    const all = await readLog(log, topic, "oldest", 1_000);
    if (!all.ok) return page;
    const entries = all.entries.filter(({ cursor }) => cursor.offset > from.offset);
    return { ...all, entries, end: entries.at(-1)?.cursor ?? from };
  }),
});

const isRun = (topic: string) => topic.startsWith("bot/run") || topic.startsWith("bot/tally");

/** Its servers know of no run that another one has begun: they run it again. */
export const rerunning = (log: Log): Log => ({
  ...log,
  append(topic, events, options = {}) {
    const { after, lease, ...unconditional } = options;
    return log.append(topic, events, events[0]?.type === "$start" ? unconditional : options) as never;
  },
  ...reading(log, async (topic, from, limit) => {
    const page = await readLog(log, topic, from, limit);
    // A client without a cursor doesn't read a run from a cursor.
    const isAsked = isRun(topic) && !(typeof from === "object" && "epoch" in from);
    return isAsked ? { ...page, entries: [], head: { ...page.head, offset: 0 }, record: undefined } : page;
  }),
});

/** Its wake-ups follow whatever the reader has, and nobody looks at a cursor again when the store is back. */
export function joining(log: Log): Log {
  const reached = new Map<string, Cursor>();
  return {
    ...log,
    async open(topic, options) {
      const opened = await log.open(topic, options);
      if (opened.page.ok) reached.set(topic, opened.page.end);
      return opened;
    },
    watch(topic, onAppend) {
      const join = ({ before, entries }: Wakeup) => {
        const at = reached.get(topic) ?? before;
        const last = entries.at(-1)?.cursor ?? at;
        reached.set(topic, last);
        onAppend({ before: at, entries });
      };
      return log.watch(topic, (wakeup) => wakeup && join(wakeup));
    },
  };
}
