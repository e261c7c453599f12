import { type Board, type Edition, firstEdition } from "./edition.js";
import type { History, Recorded } from "./history.js";

/** The topic with state whose contract changes. */
export const boardTopic = "board/state";

// The possible states of a topic when contracts change, and which servers may serve it: an independent model of PROTOCOL §12.

/** The version that an entry declares for later events. */
const versionIn = ({ type, data }: Recorded): number | undefined =>
  type === "$version" ? JSON.parse(data).version : undefined;

/** The version that a topic is published with at a cursor. */
export const versionAt = (history: History, cursor: string): number =>
  Math.max(1, ...history.upTo(cursor).map((entry) => versionIn(entry) ?? 1));

/** A server or publisher, since its start. */
export interface Serving {
  readonly edition: Edition;
  /** How often the topic had lost a part of its history before. Default: as often as until now. */
  readonly losses?: number;
}

/**
 * Whether a contract doesn't fit the entries of a topic with state, so that its servers must step back; or didn't when the topic lost
 * entries: who has read those may tell of it later.
 */
export function isBehind(history: History, { edition, losses }: Serving, topic: string): boolean {
  if (topic !== boardTopic) return false;
  const lost = history.lostHeads(topic);
  return [history.head(topic) ?? "", ...lost.slice(losses ?? lost.length)].some((head) =>
    isBehindAt(history, edition, head),
  );
}

function isBehindAt(history: History, { version, types }: Edition, head: string): boolean {
  let reached = 1;
  return history.upTo(head).some((entry) => {
    reached = Math.max(reached, versionIn(entry) ?? 1);
    const saved = history.savedAt(entry.cursor).some((each) => each.version > version);
    return saved || reached > version || (reached === version && entry.n !== undefined && !types.includes(entry.type));
  });
}

/** The states into which an edition may fold the events up to a cursor. There are several if the log no longer had some. */
export function statesAt(history: History, edition: Edition, cursor: string): readonly Board[] {
  const { version, types, initial, migrate } = edition;
  const entries = history.upTo(cursor);
  let reached = 1;
  let states: Board[] = [initial];
  /** Adds the states that the edition derives from saved snapshots. */
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
  if (isWhole) return states.slice(0, 1); // a complete history is folded again
  fromSaved(cursor);
  return states;
}

/** A state as an edition decodes it, without members that it doesn't know. */
export function asRead({ version }: Edition, { own, ...rest }: Board): Board {
  return version > firstEdition.version && own !== undefined ? { ...rest, own } : rest;
}

/** Whether a client's contract doesn't know its next event, or, without a cursor, any event that it may receive. */
export function isTooOld(history: History, { types }: Edition, topic: string, at: string | undefined): boolean {
  // A late event may belong to an ended life of the topic.
  if (at !== undefined) return history.eventsAfter(at).some(({ type }) => !types.includes(type));
  const entries = history.upTo(history.head(topic) ?? "");
  return entries.some(({ n, type }) => n !== undefined && !types.includes(type));
}
