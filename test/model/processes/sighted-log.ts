import type { Log } from "@sluice/server";
import type { Cursor, Opened, OpenOptions } from "../../../packages/log/src/log.js";
import { atLast } from "./at-last.js";
import type { Line } from "./journal.js";

/** A log that tells what it answers, before it answers. */
export function sightedLog<L extends Log>(log: L, tell: (line: Line) => void): L {
  function tellPage(topic: string, from: Cursor | undefined, page: Opened["page"]): void {
    if (!page.ok) tell({ kind: "oldest", topic, cursor: page.oldest });
    else if (page.entries.length > 0) tell({ kind: "entries", by: "read", topic, before: from, entries: page.entries });
    tell({ kind: "head", topic, cursor: page.head });
  }

  function tellOpened(topic: string, { from, limit }: OpenOptions, { page, snapshot, afterSnapshot }: Opened): void {
    if (snapshot) tell({ kind: "saved", topic, ...snapshot });
    const isPlace = typeof from === "object" && "epoch" in from;
    tellPage(topic, isPlace ? from : from === "snapshot" ? snapshot?.cursor : undefined, page);
    if (afterSnapshot) tellPage(topic, snapshot?.cursor, afterSnapshot);
    if (!page.ok) return;
    const hasLess = typeof from === "object" && "last" in from && page.entries.length < Math.min(from.last, limit);
    const isFromOldest = from === "oldest" || hasLess || (from === "snapshot" && !snapshot);
    if (!isFromOldest) return;
    const [first] = page.entries;
    if (first) tell({ kind: "first", topic, cursor: first.cursor });
    else tell({ kind: "oldest", topic, cursor: page.end });
  }

  const sighted = {
    ...log,
    async append(topic, events, options) {
      const answer = await log.append(topic, events, options);
      if (answer.ok) {
        if (!answer.duplicate)
          tell({ kind: "entries", by: "append", topic, before: answer.before, entries: answer.entries });
        // The first answer may have been lost: then nobody has told of what was appended.
        else await atLast(() => sighted.open(topic, { from: "oldest", limit: 512 }));
      } else if (answer.reason === "moved") tellPage(topic, options?.after, answer.since);
      return answer;
    },
    async open(topic, options) {
      const opened = await log.open(topic, options);
      tellOpened(topic, options, opened);
      return opened;
    },
    async saveSnapshot(topic, cursor, data) {
      const isSaved = await log.saveSnapshot(topic, cursor, data);
      if (isSaved) tell({ kind: "saved", topic, cursor, data });
      return isSaved;
    },
    watch(topic, onAppend) {
      return log.watch(topic, (wakeup) => {
        if (wakeup) tell({ kind: "entries", by: "wake-up", topic, before: wakeup.before, entries: wakeup.entries });
        onAppend(wakeup);
      });
    },
  } as L;
  return sighted;
}
