import { read } from "../conformance/helpers.js";
import type { LogEntry } from "../log.js";
import { type BrokenEngine, broken, reading } from "./broken.js";

export const brokenReads: readonly BrokenEngine[] = [
  {
    name: "skips trimmed entries silently",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        return page.ok ? page : read(log, topic, "oldest", limit);
      }),
    ),
    caughtBy: [
      "reports a gap to a reader whose cursor was trimmed",
      "keeps the newest entries by number",
      "keeps the end of a batch that is larger than the limit",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "accepts every cursor with the right epoch and offset",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        if (page.ok || page.reason !== "diverged" || typeof from !== "object" || "last" in from) return page;
        const back = { last: Math.min(page.head.offset, Math.max(0, page.head.offset - Math.trunc(from.offset || 0))) };
        return read(log, topic, back, limit);
      }),
    ),
    caughtBy: [
      "refuses a cursor beyond the head",
      "refuses a cursor with another mark",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "throws at invalid offsets",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const isCursor = typeof from === "object" && "epoch" in from;
        if (isCursor && !(Number.isSafeInteger(from.offset) && from.offset >= 0)) throw new Error("bad offset");
        return read(log, topic, from, limit);
      }),
    ),
    caughtBy: ["refuses invalid offsets"],
  },
  {
    name: "resumes only from entries that it still has",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        const oldest = await read(log, topic, "oldest", 0);
        const isBefore = page.ok && oldest.ok && typeof from === "object" && "epoch" in from && from.offset > 0;
        if (!isBefore || from.offset !== oldest.end.offset) return page;
        return { ok: false, reason: "trimmed", oldest: oldest.end, head: page.head };
      }),
    ),
    caughtBy: [
      "resumes from the cursor before the oldest entry",
      "resumes from the head of a completely trimmed topic",
      "trims a stateful topic up to its snapshot once there is one",
    ],
  },
  {
    name: "fills pages one entry beyond the limit",
    setup: broken((log) => reading(log, (topic, from, limit) => read(log, topic, from, limit + 1))),
    caughtBy: ["fills pages up to the limit, except at the head", "reads page after page without gap or overlap"],
  },
  {
    name: "skips an entry between pages",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        if (!page.ok || page.entries.length < 2 || page.entries.length < limit) return page;
        return { ...page, entries: page.entries.slice(0, -1) };
      }),
    ),
    caughtBy: [
      "reads page after page without gap or overlap",
      "reads the last few entries",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "accepts any limit",
    setup: broken((log) =>
      reading(log, (topic, from, limit) => {
        const fix = (count: number) => Math.max(0, Math.trunc(count || 0));
        return read(
          log,
          topic,
          typeof from === "object" && "last" in from ? { last: fix(from.last) } : from,
          fix(limit),
        );
      }),
    ),
    caughtBy: ["refuses a limit that is not a whole number of at least 0"],
  },
  {
    name: "reorders entries within a page",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        if (!page.ok) return page;
        const events = page.entries.toReversed();
        return {
          ...page,
          entries: page.entries.map((entry, i) => ({ ...(events[i] ?? entry), cursor: entry.cursor })),
        };
      }),
    ),
    caughtBy: [
      "reads entries in the order of their appends",
      "keeps its promises through random appends, trims, reads and snapshots",
    ],
  },
  {
    name: "gives entries earlier times",
    setup: broken((log) =>
      reading(log, async (topic, from, limit) => {
        const page = await read(log, topic, from, limit);
        const dated = (entry: LogEntry) => ({ ...entry, time: entry.time - entry.cursor.offset });
        return page.ok ? { ...page, entries: page.entries.map(dated) } : page;
      }),
    ),
    caughtBy: ["gives entries times that never go back"],
  },
  {
    name: "throws for a topic without entries",
    setup: broken((log) => {
      const written = new Set<string>();
      return {
        async append(topic, events, options) {
          written.add(topic);
          return log.append(topic, events, options);
        },
        ...reading(log, async (topic, from, limit) => {
          if (!written.has(topic)) throw new Error(`no such topic: ${topic}`);
          return read(log, topic, from, limit);
        }),
      };
    }),
    caughtBy: ["treats a topic without entries as empty", "continues with entries appended since the last page"],
  },
  {
    name: "treats topics as one that differ after the path",
    setup: broken((log) => {
      const path = (topic: string) => topic.split("?")[0] ?? "";
      return {
        append: (topic, events, options) => log.append(path(topic), events, options),
        open: (topic, options) => log.open(path(topic), options),
        saveSnapshot: (topic, cursor, data) => log.saveSnapshot(path(topic), cursor, data),
      };
    }),
    caughtBy: ["mints an epoch for each topic", "keeps topics with odd names apart"],
  },
];
