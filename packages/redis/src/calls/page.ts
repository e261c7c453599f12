import type { Cursor, LogEntry, ReadGap, ReadPage } from "@sluice/log";
import { readEntry } from "../entry-text.js";

/** The reason of a gap or nothing, an offset and the mark there, and the texts of the entries after it. */
export type PageAnswer = readonly [reason: string, offset: number, mark: string, texts: readonly string[]];

interface TopicAnswer {
  readonly head: Cursor;
  readonly record: string | null;
}

export function pageFrom([reason, offset, mark, texts]: PageAnswer, { head, record }: TopicAnswer): ReadPage | ReadGap {
  const { epoch } = head;
  const start = { epoch, offset, mark };
  const known = record === null ? {} : { record };
  if (reason !== "") return { ok: false, reason: reason as ReadGap["reason"], oldest: start, head, ...known };
  const entries = texts.map((text, i): LogEntry => readEntry(text, epoch, offset + i + 1));
  return { ok: true, entries, end: entries.at(-1)?.cursor ?? start, head, ...known };
}
