import { read } from "../conformance/helpers.js";
import type { Log, LogEntry, Position, ReadFrom, ReadGap, ReadPage } from "../log.js";
import { chainMark } from "../memory/mark.js";
import { type BrokenEngine, broken, inLives } from "./broken.js";

type Translate = (topic: string, position: Position) => Position;

/** The log with every position changed on its way out and back in. */
function translated(log: Log, out: Translate, back: Translate): Log {
  const outEntry = (topic: string, entry: LogEntry) => ({ ...entry, position: out(topic, entry.position) });
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
      const position = out(topic, answer.position);
      if (answer.duplicate) return { ...answer, position };
      const entries = answer.entries.map((entry) => outEntry(topic, entry));
      return { ...answer, position, before: out(topic, answer.before), entries };
    },
    async findAppend(topic, key) {
      const position = await log.findAppend(topic, key);
      return position && out(topic, position);
    },
    async open(topic, options) {
      const { page, snapshot, afterSnapshot } = await log.open(topic, {
        ...options,
        from: options.from === "snapshot" ? options.from : backFrom(topic, options.from),
      });
      return {
        page: outRead(topic, page),
        snapshot: snapshot && { ...snapshot, position: out(topic, snapshot.position) },
        afterSnapshot: afterSnapshot && outRead(topic, afterSnapshot),
      };
    },
    saveSnapshot: (topic, position, data) => log.saveSnapshot(topic, back(topic, position), data),
    trim: (topic, upTo) => log.trim(topic, back(topic, upTo)),
  };
}

/** A log whose entries bear the marks that `markOf` gives them, whatever came before them. */
function remarked(log: Log, markOf: (entry: LogEntry) => string): Log {
  const known = new Map<string, { inner: Position; outer: string }>();
  const keyOf = (topic: string, offset: number) => `${offset} ${topic}`;
  const learning: Log = {
    ...log,
    async append(topic, events, options) {
      const answer = await log.append(topic, events, options);
      const page = await read(log, topic, { last: events.length }, events.length);
      for (const entry of page.ok ? page.entries : []) {
        known.set(keyOf(topic, entry.position.offset), { inner: entry.position, outer: markOf(entry) });
      }
      return answer;
    },
  };
  return translated(
    learning,
    (topic, position) => ({ ...position, mark: known.get(keyOf(topic, position.offset))?.outer ?? position.mark }),
    (topic, position) => {
      const mark = known.get(keyOf(topic, position.offset));
      return mark?.outer === position.mark ? { ...position, mark: mark.inner.mark } : position;
    },
  );
}

export const brokenPositions: readonly BrokenEngine[] = [
  {
    name: "marks entries by their offset alone, so that a regrown tail passes for the lost one",
    setup: broken((log) => remarked(log, (entry) => `offset${entry.position.offset}`.padEnd(8, "0"))),
    caughtBy: [
      "refuses a position in a lost tail",
      "saves and trims nothing at a position in a lost tail",
      "keeps its promises through random losses of the tail",
    ],
  },
  {
    name: "marks entries by themselves alone, without the mark before",
    setup: broken((log) => remarked(log, (entry) => chainMark("0", entry))),
    caughtBy: [
      "marks equal events differently after different histories",
      "refuses a position in a lost tail though an equal entry took its place",
      "keeps its promises through random losses of the tail",
    ],
  },
  {
    name: "forms marks that no header can carry",
    setup: broken((log) =>
      translated(
        log,
        (_, position) => ({ ...position, mark: position.mark === "0" ? "0" : `é.${position.mark}` }),
        (_, position) => ({ ...position, mark: position.mark.replace("é.", "") }),
      ),
    ),
    caughtBy: ["forms positions that fit into a header"],
  },
  {
    name: "gives all topics one epoch",
    setup: broken((log) => {
      const real = new Map<string, string>();
      return translated(
        log,
        (topic, position) => {
          real.set(topic, position.epoch);
          return { ...position, epoch: "everyone" };
        },
        (topic, position) => ({
          ...position,
          epoch: position.epoch === "everyone" ? (real.get(topic) ?? "") : position.epoch,
        }),
      );
    }),
    caughtBy: [
      "mints an epoch for each topic",
      "refuses a position of another epoch",
      "trims nothing at a position that isn't of this history",
      "refuses a snapshot at a position that isn't of this history",
    ],
  },
  {
    name: "forgets topics that nobody has written to as soon as a watcher goes",
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
    caughtBy: ["resumes from the beginning of a topic that nobody had written to, after its watcher was gone"],
  },
  {
    name: "mints an epoch only with the first append",
    setup: broken((log) =>
      translated(
        log,
        (_, position) => (position.offset === 0 ? { ...position, epoch: `${Math.random()}` } : position),
        (_, position) => position,
      ),
    ),
    caughtBy: ["keeps the epoch that the first call minted", "resumes from every position it gave out"],
  },
];
