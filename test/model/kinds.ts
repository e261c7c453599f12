import { contract, passes } from "./contract.js";

/** What a subscriber of one kind is promised. */
export interface Kind {
  readonly name: string;
  readonly group: "state" | "feed" | "bot";
  readonly leaf: string;
  readonly input?: Readonly<Record<string, string>>;
  /** The name of its topic; absent for a plain generator. */
  readonly topic?: string;
  readonly start: "snapshot" | "head" | "oldest" | { readonly last: number };
  /** What comes after a reset. */
  readonly onGap: "snapshot" | "fail" | "skip";
  readonly passes: (n: number) => boolean;
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

/** Those that read a log. */
export const logKinds: readonly Kind[] = [
  folded("a"),
  folded("b"),
  own,
  ...(["head", "oldest", "last", "skip", "filtered"] as const).map(feed),
];

const bot = (leaf: "again" | "once"): Kind => ({
  name: `bot/${leaf}`,
  group: "bot",
  leaf,
  start: "oldest",
  onGap: "fail",
  passes: all,
});

export const botKinds: readonly Kind[] = [bot("again"), bot("once")];

/** Runs with state have names of their own. */
export const isTally = (run: string) => run.startsWith("t");

const runLeaf = (run: string) => (isTally(run) ? "tally" : "run");

export const runTopic = (run: string) => `bot/${runLeaf(run)}?{"run":"${run}"}`;

/** A generator that runs once, detached, for all who ask for the same run. */
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

/** What the plain generators yield, before they end. */
export const botLength = 40;
