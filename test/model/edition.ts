import { type Digest, digestOf } from "./digest.js";

/** A state with an optional member that only later contracts know. */
export interface Board extends Digest {
  readonly own?: number | undefined;
}

/** One of the contracts of a run's servers and clients. They differ only in the group `board`. */
export interface Edition {
  readonly name: "old" | "new";
  /** The version of its state. */
  readonly version: number;
  /** The events that it knows. */
  readonly types: readonly string[];
  /** The event type with which it publishes a number. */
  typeOf(n: number): string;
  apply(state: Board, type: string, n: number): Board;
  readonly initial: Board;
  readonly migrate?: ((old: Board, fromVersion: number) => Board) | undefined;
  /** Replaces parts of it for servers and clients with an intended defect. */
  readonly instead?: Partial<Pick<Edition, "types" | "apply" | "migrate">>;
}

/** A contract that changed in place: both editions are served at the same time, and either may replace the other. */
export interface Change {
  readonly what: string;
  readonly old: Edition;
  readonly new: Edition;
}

export const editionsOf = ({ old, new: later }: Change): readonly Edition[] => [old, later];

const initial: Board = { count: 0, last: 0, digest: 0 };

/** The edition before a change, or without a change. */
export const firstEdition: Edition = {
  name: "old",
  version: 1,
  types: ["item"],
  typeOf: () => "item",
  apply: (state, _type, n) => digestOf(state, { n }),
  initial,
};

/** Alternates between both types of events. */
const itemOrExtra = (n: number) => (n % 2 === 0 ? "item" : "extra");

/** Folds the same events to other numbers than the first edition: a state of one is never correct for the other. */
const applyAnew: Edition["apply"] = ({ count, digest, own = 0 }, type, n) => ({
  count: count + 1,
  last: n,
  digest: (Math.imul(digest, type === "item" ? 37 : 41) + n) | 0,
  own: type === "item" ? own : own + 1,
});

const migrate = ({ count, last, digest }: Board): Board => ({ count, last, digest: digest ^ 0x5a5a, own: 0 });

const anew = { name: "new", version: 2, apply: applyAnew, initial: { ...initial, own: 0 } } as const;
const renamed: Edition = { ...anew, types: ["thing"], typeOf: () => "thing" };
const extended: Edition = { ...anew, types: ["item", "extra"], typeOf: itemOrExtra };
const added: Edition = {
  ...firstEdition,
  name: "new",
  types: ["item", "extra"],
  typeOf: itemOrExtra,
  apply: (state, type, n) => digestOf(state, { n: type === "item" ? n : -n }),
};

const toNew = (what: string, edition: Edition): Change => ({ what, old: firstEdition, new: edition });

export const changes: readonly Change[] = [
  toNew("an event is added", added),
  toNew("an event is renamed", renamed),
  toNew("an event is renamed, and states are migrated", { ...renamed, migrate }),
  toNew("the state has another field", extended),
  toNew("the state has another field, and is migrated", { ...extended, migrate }),
];
