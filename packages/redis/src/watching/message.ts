import type { Wakeup } from "@sluice/log";
import { EntryReader } from "../entry-text.js";

export interface Message {
  /** Milliseconds for which the topic is kept if nobody watches it. 0: for ever. */
  readonly life: number;
  readonly wakeup: Wakeup | undefined;
}

/** Reads what an append told its watchers: a life and, unless the entries are large, a cursor and the entries after it. */
export function readMessage(text: string): Message {
  const words = /^(\d+)(?: (\S+) (\d+) (\S+) )?/.exec(text);
  const [start = "", life, epoch, offset, mark] = words ?? [];
  if (epoch === undefined || mark === undefined) return { life: Number(life), wakeup: undefined };
  const before = { epoch, offset: Number(offset), mark };
  const reader = new EntryReader(text, epoch, before.offset, start.length);
  const entries = [];
  while (!reader.isDone) entries.push(reader.next());
  return { life: Number(life), wakeup: { before, entries } };
}
