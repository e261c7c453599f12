import { type Board, type Edition, firstEdition } from "./edition.js";
import type { History, Recorded } from "./history.js";

/** The topic with state whose contract changes. */
export const boardTopic = "board/state";

// What a topic's state may be where contracts change, and who may serve it: PROTOCOL §12, told once more and in another way.

/** The version that an entry says is published by from there on. */
const versionIn = ({ type, data }: Recorded): number | undefined =>
  type === "$version" ? JSON.parse(data).version : undefined;

/** The version by which a topic is published to at a place. */
export const versionAt = (history: History, cursor: string): number =>
  Math.max(1, ...history.upTo(cursor).map((entry) => versionIn(entry) ?? 1));

/** Whether a contract doesn't fit what a topic with state holds, so that its servers have to step back. */
export function isBehind(history: History, { version, types }: Edition, topic: string): boolean {
  if (topic !== boardTopic) return false;
  let reached = 1;
  return history.upTo(history.head(topic) ?? "").some((entry) => {
    reached = Math.max(reached, versionIn(entry) ?? 1);
    const saved = history.savedAt(entry.cursor).some((each) => each.version > version);
    return saved || reached > version || (reached === version && entry.n !== undefined && !types.includes(entry.type));
  });
}

/** All that the events up to a place may have been folded into by an edition. More than one, where a log had forgotten some of them. */
export function statesAt(history: History, edition: Edition, cursor: string): readonly Board[] {
  const { version, types, initial, migrate } = edition;
  const entries = history.upTo(cursor);
  let reached = 1;
  let states: Board[] = [initial];
  /** Of an edition that comes upon what was saved: what it makes of that. */
  const fromSaved = (place: string) => {
    for (const saved of history.savedAt(place)) {
      const old = saved.state as Board;
      if (saved.version === version && place !== cursor) states.push(old);
      if (saved.version < version) states.push(migrate ? migrate(old, saved.version) : initial);
    }
  };
  for (const entry of entries) {
    const { before, type, n } = entry;
    fromSaved(before);
    reached = Math.max(reached, versionIn(entry) ?? 1);
    if (reached > version) return [];
    if (n === undefined) continue;
    if (types.includes(type)) states = states.map((state) => edition.apply(state, type, n));
    else states = reached < version ? [initial] : [];
  }
  const isWhole =
    history.isWhole(boardTopic, cursor) && entries.every(({ n, type }) => n === undefined || types.includes(type));
  if (isWhole) return states.slice(0, 1); // what can be folded anew is
  fromSaved(cursor);
  return states;
}

/** A state as a contract has it that may not know all of it. */
export function asRead({ version }: Edition, { own, ...rest }: Board): Board {
  return version > firstEdition.version && own !== undefined ? { ...rest, own } : rest;
}

/** Whether a client's contract doesn't know what it is to be told next; of who isn't told where it is, what it may be told. */
export function isTooOld(history: History, { types }: Edition, topic: string, at: string | undefined): boolean {
  // What is told late may be of a life of the topic that is over.
  if (at !== undefined) return history.eventsAfter(at).some(({ type }) => !types.includes(type));
  const entries = history.upTo(history.head(topic) ?? "");
  return entries.some(({ n, type }) => n !== undefined && !types.includes(type));
}
