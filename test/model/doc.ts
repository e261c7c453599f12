import { type Digest, digestOf, initial } from "./digest.js";
import type { History, Recorded } from "./history.js";

/** A document that accepts nothing while it is closed: two concurrent publishes may fold separately, but not together. */
export interface Doc extends Digest {
  readonly isOpen: boolean;
}

export type DocEvent = "item" | "close" | "reopen";

export const emptyDoc: Doc = { ...initial, isOpen: true };

interface Numbered {
  readonly n: number;
}

export const applyToDoc = {
  item(doc: Doc, data: Numbered): Doc {
    if (!doc.isOpen) throw new Error("It is closed.");
    return { ...digestOf(doc, data), isOpen: true };
  },
  close: (doc: Doc, data: Numbered): Doc => ({ ...digestOf(doc, data), isOpen: false }),
  reopen: (doc: Doc, data: Numbered): Doc => ({ ...digestOf(doc, data), isOpen: true }),
};

const known = new WeakMap<History, Map<string, Doc | undefined>>();

/** The fold of the events up to a cursor; `undefined` if they don't fold. */
export function docAt(history: History, cursor: string): Doc | undefined {
  const docs = known.get(history) ?? new Map<string, Doc | undefined>();
  known.set(history, docs);
  const unfolded: Recorded[] = [];
  let doc: Doc | undefined = emptyDoc;
  for (let entry = history.at(cursor); entry; entry = history.at(entry.before)) {
    if (docs.has(entry.cursor)) {
      doc = docs.get(entry.cursor);
      break;
    }
    unfolded.push(entry);
  }
  for (const { cursor: at, type, n = 0 } of unfolded.reverse()) {
    try {
      doc = doc && applyToDoc[type as DocEvent](doc, { n });
    } catch {
      doc = undefined;
    }
    docs.set(at, doc);
  }
  return doc;
}

/** Whether it was closed at a cursor, or between that and another one. */
export function wasClosed(history: History, from: string | undefined, to: string | undefined): boolean {
  for (let place = to; place !== undefined; place = history.at(place)?.before) {
    if (docAt(history, place)?.isOpen === false) return true;
    if (place === from) return false;
  }
  return false;
}
