import { read } from "../conformance/helpers.js";
import { chainMark } from "../engine/mark.js";
import type { Cursor, Log, LogEntry, ReadFrom, ReadGap, ReadPage } from "../log.js";
import { type BrokenEngine, broken, inLives } from "./broken.js";

type Translate = (topic: string, cursor: Cursor) => Cursor;

/** A log that changes every cursor on its way out and back in. */
function translated(log: Log, out: Translate, back: Translate): Log {
  const outEntry = (topic: string, entry: LogEntry) => ({ ...entry, cursor: out(topic, entry.cursor) });
  const backFrom = (topic: string, from: ReadFrom) =>
    typeof from === "object" && "epoch" in from ? back(topic, from) : from;
  const outRead = (topic: string, page: ReadPage | ReadGap): ReadPage | ReadGap => {
    const head = out(topic, page.head);
    if (!page.ok) return { ...page, head, oldest: out(topic, page.oldest) };
    return { ...page, head, end: out(topic, page.end), entries: page.entries.map((entry) => outEntry(topic, entry)) };
  };
  return {
    ...log,
    async append(topic, events, options) {
      const answer = await log.append(
        topic,
        events,
        (options?.after ? { ...options, after: back(topic, options.after) } : options) as typeof options,
      );
      if (!answer.ok) return answer.reason === "moved" ? { ...answer, since: outRead(topic, answer.since) } : answer;
      const cursor = out(topic, answer.cursor);
      if (answer.duplicate) return { ...answer, cursor };
      const entries = answer.entries.map((entry) => outEntry(topic, entry));
      return { ...answer, cursor, before: out(topic, answer.before), entries };
    },
    async findAppend(topic, key) {
      const cursor = await log.findAppend(topic, key);
      return cursor && out(topic, cursor);
    },
    async open(topic, options) {
      const { page, snapshot, afterSnapshot } = await log.open(topic, {
        ...options,
        from: options.from === "snapshot" ? options.from : backFrom(topic, options.from),
      });
      return {
        page: outRead(topic, page),
        snapshot: snapshot && { ...snapshot, cursor: out(topic, snapshot.cursor) },
        afterSnapshot: afterSnapshot && outRead(topic, afterSnapshot),
      };
    },
    saveSnapshot: (topic, cursor, data) => log.saveSnapshot(topic, back(topic, cursor), data),
    trim: (topic, upTo) => log.trim(topic, back(topic, upTo)),
  };
}

/** A log whose entries have the marks that `markOf` returns, whatever came before them. */
function remarked(log: Log, markOf: (entry: LogEntry) => string): Log {
  const known = new Map<string, { inner: Cursor; outer: string }>();
  const keyOf = (topic: string, offset: number) => `${offset} ${topic}`;
  const learning: Log = {
    ...log,
    async append(topic, events, options) {
      const answer = await log.append(topic, events, options);
      const page = await read(log, topic, { last: events.length }, events.length);
      for (const entry of page.ok ? page.entries : []) {
        known.set(keyOf(topic, entry.cursor.offset), { inner: entry.cursor, outer: markOf(entry) });
      }
      return answer;
    },
  };
  return translated(
    learning,
    (topic, cursor) => ({ ...cursor, mark: known.get(keyOf(topic, cursor.offset))?.outer ?? cursor.mark }),
    (topic, cursor) => {
      const mark = known.get(keyOf(topic, cursor.offset));
      return mark?.outer === cursor.mark ? { ...cursor, mark: mark.inner.mark } : cursor;
    },
  );
}

export const brokenCursors: readonly BrokenEngine[] = [
  {
    name: "marks entries by their offset alone, so that a regrown tail passes for the lost one",
    setup: broken((log) => remarked(log, (entry) => `offset${entry.cursor.offset}`.padEnd(8, "0"))),
    caughtBy: [
      "refuses a cursor in a lost tail",
      "saves and trims nothing at a cursor in a lost tail",
      "keeps its promises through random losses of the tail",
    ],
  },
  {
    name: "marks entries by themselves alone, without the mark before",
    setup: broken((log) => remarked(log, (entry) => chainMark("0", entry))),
    caughtBy: [
      "marks equal events differently after different histories",
      "refuses a cursor in a lost tail even if an equal entry took its place",
      "keeps its promises through random losses of the tail",
    ],
  },
  {
    name: "forms marks that no header can carry",
    setup: broken((log) =>
      translated(
        log,
        (_, cursor) => ({ ...cursor, mark: cursor.mark === "0" ? "0" : `é.${cursor.mark}` }),
        (_, cursor) => ({ ...cursor, mark: cursor.mark.replace("é.", "") }),
      ),
    ),
    caughtBy: ["forms cursors that fit into a header"],
  },
  {
    name: "gives all topics one epoch",
    setup: broken((log) => {
      const real = new Map<string, string>();
      return translated(
        log,
        (topic, cursor) => {
          real.set(topic, cursor.epoch);
          return { ...cursor, epoch: "everyone" };
        },
        (topic, cursor) => ({
          ...cursor,
          epoch: cursor.epoch === "everyone" ? (real.get(topic) ?? "") : cursor.epoch,
        }),
      );
    }),
    caughtBy: [
      "mints an epoch for each topic",
      "refuses a cursor of another epoch",
      "trims nothing at a cursor of another history",
      "refuses a snapshot at a cursor of another history",
    ],
  },
  {
    name: "forgets topics without entries as soon as a watcher stops",
    setup: broken((log) => {
      let life = 0;
      let isWritten = false;
      const lives = inLives(log, () => life);
      return {
        ...lives,
        append(topic, events, options) {
          isWritten = true;
          return lives.append(topic, events, options);
        },
        watch(topic, onAppend) {
          const { ready, stop } = lives.watch(topic, onAppend);
          return {
            ready,
            stop() {
              stop();
              if (!isWritten) life += 1;
            },
          };
        },
      };
    }),
    caughtBy: ["resumes from the beginning of a topic without entries, after its watcher has stopped"],
  },
  {
    name: "mints an epoch only with the first append",
    setup: broken((log) =>
      translated(
        log,
        (_, cursor) => (cursor.offset === 0 ? { ...cursor, epoch: `${Math.random()}` } : cursor),
        (_, cursor) => cursor,
      ),
    ),
    caughtBy: ["keeps the epoch that the first call minted", "resumes from every cursor that it returned"],
  },
];
