import type { Cursor, Opened, OpenOptions, ReadFrom, ReadGap, ReadPage } from "../log.js";
import type { EngineTopic } from "./topic.js";

export function read(topic: EngineTopic, from: ReadFrom, limit: number): ReadPage | ReadGap {
  const { before, head, record } = topic;
  if (typeof from === "object" && "epoch" in from) {
    const reason = topic.gapAt(from);
    if (reason) return { ok: false, reason, oldest: before, head, record };
  }
  const start = startOf(from, before, head);
  const entries = topic.entriesAfter(start, limit);
  return { ok: true, entries, end: topic.placeAt(start + entries.length), head, record };
}

export function open(topic: EngineTopic, { from, limit, snapshotOnGap = false }: OpenOptions): Opened {
  const { snapshot } = topic;
  if (from === "snapshot") return { page: read(topic, snapshot?.cursor ?? "oldest", limit), snapshot };
  const page = read(topic, from, limit);
  if (page.ok || !snapshotOnGap || !snapshot) return { page };
  return { page, snapshot, afterSnapshot: read(topic, snapshot.cursor, limit) };
}

function startOf(from: ReadFrom, before: Cursor, head: Cursor): number {
  if (from === "oldest") return before.offset;
  if ("epoch" in from) return from.offset;
  checkCount("from.last", from.last);
  return Math.max(before.offset, head.offset - from.last);
}

export function checkCount(name: string, given: number): void {
  if (Number.isSafeInteger(given) && given >= 0) return;
  throw new RangeError(`${name} must be a whole number of at least 0; got ${given}`);
}
