import { asRead, boardTopic, statesAt } from "./board.js";
import { contract, passes } from "./contract.js";
import { docAt } from "./doc.js";
import { type Change, type Edition, editionsOf } from "./edition.js";
import type { History, Recorded } from "./history.js";

/** What a subscriber of one kind is promised. */
export interface Kind {
  readonly name: string;
  readonly group: "state" | "feed" | "bot" | "board";
  readonly leaf: string;
  readonly input?: Readonly<Record<string, string>>;
  /** The name of its topic; absent for a plain generator. */
  readonly topic?: string;
  readonly start: "snapshot" | "head" | "oldest" | { readonly last: number };
  /** How it continues after a reset. */
  readonly onGap: "snapshot" | "fail" | "skip";
  readonly passes: (n: number) => boolean;
  /** Its subscriber's contract, if contracts differ. */
  readonly edition?: Edition;
  /** The possible states at a cursor on servers of a version. Default: the fold of all events that pass. */
  readonly statesAt?: (history: History, cursor: string, version: number) => readonly unknown[];
  /** The possible states of its subscriber, which may have any server's snapshot. Default: the servers' states. */
  readonly statesRead?: (history: History, cursor: string) => readonly unknown[];
  /** How its subscriber folds an event into its state. Default: given by `statesAt`. */
  readonly fold?: (state: unknown, event: Recorded) => unknown;
}

const all = () => true;

const folded = (room: string): Kind => ({
  name: `state/folded ${room}`,
  group: "state",
  leaf: "folded",
  input: { room },
  topic: `state/folded?{"room":"${room}"}`,
  start: "snapshot",
  onGap: "snapshot",
  passes: all,
});

const own: Kind = {
  name: "state/own",
  group: "state",
  leaf: "own",
  topic: "state/own",
  start: "snapshot",
  onGap: "snapshot",
  passes,
};

type Feed = keyof typeof contract.feed;
const feed = (leaf: Feed): Kind => ({
  name: `feed/${leaf}`,
  group: "feed",
  leaf,
  topic: `feed/${leaf}`,
  start: contract.feed[leaf].start,
  onGap: contract.feed[leaf].onGap,
  passes: leaf === "filtered" ? passes : all,
});

/** The kinds that read a log. */
export const logKinds: readonly Kind[] = [
  folded("a"),
  folded("b"),
  own,
  ...(["head", "oldest", "last", "skip", "filtered"] as const).map(feed),
];

/** Whether it accepts an event depends on earlier events. */
export const docKind: Kind = {
  name: "state/doc",
  group: "state",
  leaf: "doc",
  topic: "state/doc",
  start: "snapshot",
  onGap: "snapshot",
  passes: all,
  statesAt(history, cursor) {
    const doc = docAt(history, cursor);
    return doc ? [doc] : [];
  },
};

/** The two kinds whose contract changes, for subscribers of one edition. */
export function boardKinds(change: Change, edition: Edition): readonly [state: Kind, news: Kind] {
  const { name } = edition;
  const [topic, editions] = [boardTopic, editionsOf(change)];
  const ofVersion = (history: History, cursor: string, version: number) =>
    editions.filter((each) => each.version === version).flatMap((each) => statesAt(history, each, cursor));
  const shared = { group: "board", passes: all, edition } as const;
  return [
    {
      ...{ ...shared, name: `${topic} ${name}`, leaf: "state", topic, start: "snapshot", onGap: "snapshot" },
      statesAt: ofVersion,
      statesRead: (history, cursor) =>
        [...new Set(editions.map(({ version }) => version))]
          .filter((version) => version >= edition.version)
          .flatMap((version) => ofVersion(history, cursor, version))
          .map((state) => asRead(edition, state)),
      fold: (state, { type, n }) => edition.apply(state as never, type, n as number),
    },
    { ...shared, name: `board/news ${name}`, leaf: "news", topic: "board/news", start: "oldest", onGap: "skip" },
  ];
}

const bot = (leaf: "again" | "once"): Kind => ({
  name: `bot/${leaf}`,
  group: "bot",
  leaf,
  start: "oldest",
  onGap: "fail",
  passes: all,
});

export const botKinds: readonly Kind[] = [bot("again"), bot("once")];

/** Whether a run has state: its name says so. */
export const isTally = (run: string) => run.startsWith("t");

const runLeaf = (run: string) => (isTally(run) ? "tally" : "run");

export const runTopic = (run: string) => `bot/${runLeaf(run)}?{"run":"${run}"}`;

/** A generator that runs once, detached, for all subscribers of the same run. */
export const runKind = (run: string, prompt: string): Kind => ({
  name: `bot/${runLeaf(run)} ${run} ${prompt}`,
  group: "bot",
  leaf: runLeaf(run),
  input: { run, prompt },
  topic: runTopic(run),
  start: isTally(run) ? "snapshot" : "oldest",
  onGap: isTally(run) ? "snapshot" : "fail",
  passes: all,
});

/** The number of events that the plain generators yield. */
export const botLength = 40;
